#include <cstdio>
#include <memory>

#include "course/course.h"
#include "course/grades_report.h"
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "report/text_options.h"

namespace cutset::cli {

namespace {

struct Options {
  std::string task;
  std::vector<std::string> submissions;
  size_t jobs = 1;
  std::string html;
  std::string csv;
  bool show_hidden = false;
  bool quiet = false;
};

/// A wrong task: all that is wrong with it.
int refuse_task(const std::vector<Error>& problems, const GlobalOptions& global) {
  Error first = problems.front();
  first.kind = ErrorKind::kBadInput;  // also if it is not there
  const int code = fail(first, global);
  for (size_t i = 1; i < problems.size(); ++i) log_error("{}", problems[i].text());
  return code;
}

/// The grades are printed whether or not the files can be written.
int write_reports(const Options& options, const course::Task& task,
                  const course::Grades& grades, const course::GradesOptions& shown) {
  int code = kExitHeld;
  const auto write = [&](const std::string& file, const auto& make) {
    if (file.empty()) return;
    const Status written = write_file(file, make());
    if (written) return;
    log_error("{}", written.error().text());
    code = exit_code_of(written.error());
  };
  write(options.html, [&] { return grades_html(task, grades, shown); });
  write(options.csv, [&] { return grades_csv(task, grades); });
  return code;
}

int grade(const Options& options, const GlobalOptions& global) {
  const course::TaskReading reading = course::read_task(options.task);
  if (reading.task == nullptr) return refuse_task(reading.problems, global);
  const course::Task& task = *reading.task;
  on_stop(nullptr);
  const bool progress = !options.quiet && ::isatty(STDERR_FILENO) == 1;
  size_t done = 0;
  course::GradeOptions how;
  how.jobs = options.jobs;
  how.stop = stop_was_requested;
  how.graded = [&](const course::SubmissionGrade&) {
    ++done;
    if (!progress) return;
    std::fprintf(stderr, "\r%zu of %zu graded", done, options.submissions.size());
    if (done == options.submissions.size()) std::fprintf(stderr, "\n");
  };
  const Result<course::Grades> grades = grade_all(task, options.submissions, how);
  if (!grades) return fail(grades.error(), global);

  course::GradesOptions shown;
  shown.show_hidden = options.show_hidden;
  shown.width = report::TextOptions::of_environment().width;
  shown.color = global.color_on(STDOUT_FILENO);
  int code = write_reports(options, task, *grades, shown);
  if (code == kExitHeld && grades->stopped) code = kExitStopped;
  const std::string text = global.json ? grades_json(task, *grades, code, shown)
                                       : grades_text(task, *grades, shown);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return code;
}

}  // namespace

void add_grade_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("grade", "Grade the submissions of a course's task");
  command->add_option("task", options->task, "The task (task.yaml)")->required();
  command
      ->add_option("submissions", options->submissions,
                   "Each a .ded file or a folder with .ded files")
      ->required();
  command->add_option("-j,--jobs", options->jobs, "Submissions that are graded at a time")
      ->check(CLI::Range(1, 256));
  command->add_option("--html", options->html, "Write a page of all grades to this file");
  command->add_option("--csv", options->csv, "Write a table of all grades to this file");
  command->add_flag("--show-hidden", options->show_hidden,
                    "For teachers: parameters and counterexamples of hidden checks too");
  command->add_flag("-q,--quiet", options->quiet, "No progress on stderr");
  command->footer(
      "Exit codes: 0 all are graded, whatever their points; 3 stopped, what was graded "
      "is reported;\n64 usage; 65 the task is wrong.\n"
      "Example: cutset grade models/tasks/broadcast/task.yaml submissions/*.ded");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return grade(*options, global); };
  });
}

}  // namespace cutset::cli
