// Enumerates with z3 the minimal cut sets in a formula that graph_cnf wrote: size by
// size, by assumption; each model's faults are blocked. Prints sets and CPU time (from
// the start of main, as solve_run) as JSON.
//
//   z3_enumerate FILE.cnf FIRST TIME-LIMIT [LOGIC]
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <z3.h>

namespace {

double process_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 64;
  const double begin = process_seconds();
  std::ifstream file(argv[1]);
  const unsigned long most = std::strtoul(argv[2], nullptr, 10);
  const double limit = std::strtod(argv[3], nullptr);
  Z3_config config = Z3_mk_config();
  Z3_context context = Z3_mk_context(config);
  Z3_solver solver =
      argc > 4 ? Z3_mk_solver_for_logic(context, Z3_mk_string_symbol(context, argv[4]))
               : Z3_mk_simple_solver(context);
  Z3_solver_inc_ref(context, solver);
  std::vector<Z3_ast> variables;
  std::vector<int> faults;
  std::vector<Z3_ast> bounds;  // by size; the largest is in the formula
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    if (line.rfind("p cnf", 0) == 0) {
      std::string p;
      std::string cnf;
      int count = 0;
      words >> p >> cnf >> count;
      for (int i = 0; i <= count; ++i)
        variables.push_back(
            Z3_mk_const(context, Z3_mk_int_symbol(context, i), Z3_mk_bool_sort(context)));
      continue;
    }
    if (line.rfind("c ind", 0) == 0) {
      words.ignore(5);
      for (int fault = 0; words >> fault && fault != 0;) faults.push_back(fault);
      continue;
    }
    if (line.rfind("c bound", 0) == 0) {
      words.ignore(7);
      int literal = 0;
      words >> literal;
      bounds.push_back(
          Z3_mk_not(context, variables[static_cast<size_t>(std::abs(literal))]));
      continue;
    }
    std::vector<Z3_ast> clause;
    for (int literal = 0; words >> literal && literal != 0;) {
      Z3_ast variable = variables[static_cast<size_t>(std::abs(literal))];
      clause.push_back(literal > 0 ? variable : Z3_mk_not(context, variable));
    }
    Z3_solver_assert(
        context, solver,
        Z3_mk_or(context, static_cast<unsigned>(clause.size()), clause.data()));
  }
  unsigned long sets = 0;
  size_t size = 0;
  const char* ending = "more";
  while (sets < most) {
    if (process_seconds() - begin > limit) {
      ending = "stopped";
      break;
    }
    const bool bounded = size < bounds.size();
    if (Z3_solver_check_assumptions(context, solver, bounded ? 1 : 0,
                                    bounded ? &bounds[size] : nullptr) != Z3_L_TRUE) {
      ending = "complete";
      if (size++ < bounds.size()) continue;
      break;
    }
    Z3_model model = Z3_solver_get_model(context, solver);
    Z3_model_inc_ref(context, model);
    std::vector<Z3_ast> clause;
    for (const int fault : faults) {
      Z3_ast variable = variables[static_cast<size_t>(fault)];
      Z3_ast value = nullptr;
      Z3_model_eval(context, model, variable, false, &value);
      if (Z3_get_bool_value(context, value) == Z3_L_TRUE)
        clause.push_back(Z3_mk_not(context, variable));
    }
    Z3_model_dec_ref(context, model);
    Z3_solver_assert(
        context, solver,
        Z3_mk_or(context, static_cast<unsigned>(clause.size()), clause.data()));
    ++sets;
  }
  std::printf("{\"solved\":%.6f,\"sets\":%lu,\"ending\":\"%s\"}\n",
              process_seconds() - begin, sets, ending);
  return 0;
}
