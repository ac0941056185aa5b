#include "report/faultsee_files.h"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace cutset::report {

namespace {

using nlohmann::ordered_json;

constexpr double kPercent = 100;

struct Container {
  std::string id;
  std::string service;
  std::string slot;
};

Container container_of(const std::string& instance) {
  const size_t slash = instance.rfind('/');
  const std::string service = instance.substr(0, slash);
  int slot = 0;
  if (slash != std::string::npos) {
    std::from_chars(instance.data() + slash + 1, instance.data() + instance.size(), slot);
  }
  const std::string number = std::to_string(slot + 1);
  return {service + "." + number, service, number};
}

ordered_json or_null(const std::optional<double>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

std::string dumped(const ordered_json& json) {
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

class Writer {
 public:
  explicit Writer(const PlayView& view) : view_(view), rates_(rates_of(view)) {}

  std::string containers_ids() const {
    ordered_json all = ordered_json::array();
    for (const PlayedInstance& instance : view_.instances) {
      const Container container = container_of(instance.name());
      all.push_back({{"container_id", container.id},
                     {"service", container.service},
                     {"slot", container.slot}});
    }
    return dumped(all);
  }

  std::string containers_events() const {
    ordered_json all = ordered_json::array();
    for (const PlayedEvent& event : view_.events) {
      const bool start = event.kind == "instance_started";
      if ((!start && event.kind != "instance_ended") || event.instance.empty()) continue;
      const Container container = container_of(event.instance);
      all.push_back({{"time", time(event.time)},
                     {"container_id", container.id},
                     {"service", container.service},
                     {"slot", container.slot},
                     {"action", start ? "start" : "die"}});
    }
    return dumped(all);
  }

  std::string containers_logs() const {
    ordered_json all = ordered_json::array();
    for (const PlayedLine& line : view_.output) {
      all.push_back({{"time", time(line.time)},
                     {"container_id", container_of(line.instance).id},
                     {"msg", line.text}});
    }
    return dumped(all);
  }

  std::string containers_stats() const {
    ordered_json all = ordered_json::array();
    for (const auto& [thing, rates] : rates_) {
      if (thing.instance.empty()) continue;
      const std::string id = container_of(thing.instance).id;
      for (const PlayedRate& rate : rates) {
        all.push_back({{"time", time(rate.time)},
                       {"container_id", id},
                       {"cpu", rate.cores},
                       {"mem", rate.memory_bytes},
                       {"rx_bytes", rate.received},
                       {"rx_packets", or_null(rate.received_packets)},
                       {"rx_dropped", or_null(rate.received_dropped)},
                       {"tx_bytes", rate.sent},
                       {"tx_packets", or_null(rate.sent_packets)},
                       {"tx_dropped", or_null(rate.sent_dropped)},
                       {"time_diff", rate.span}});
      }
    }
    return dumped(in_order(std::move(all)));
  }

  std::string host_stats() const {
    ordered_json all = ordered_json::array();
    for (const auto& [thing, rates] : rates_) {
      if (!thing.instance.empty()) continue;
      for (const PlayedRate& rate : rates) {
        all.push_back({{"time", time(rate.time)},
                       {"hostname", thing.host},
                       {"cpu", percent(rate.cpu_share)},
                       {"mem", percent(rate.memory_share)},
                       {"netIn", rate.received},
                       {"netOut", rate.sent},
                       {"diskRead", rate.read},
                       {"diskWrite", rate.written},
                       {"time_diff", rate.span}});
      }
    }
    return dumped(in_order(std::move(all)));
  }

  /// Everything that fired, where the dashboard draws its lines.
  std::string marks() const {
    std::map<std::string, std::string> messages;  // by step
    for (const PlayedAction& action : view_.actions) {
      messages[action.id] = action.what == "mark" ? mark_text(action.how) : action.id;
    }
    ordered_json all = ordered_json::array();
    for (const PlayedEvent& event : view_.events) {
      const auto found = messages.find(event.step);
      if (event.kind != "fired" || found == messages.end()) continue;
      all.push_back(
          {{"time", time(event.time)}, {"hostname", event.host}, {"msg", found->second}});
    }
    return dumped(all);
  }

  std::string processed_events() const {
    std::map<int, ordered_json> by_number;
    const auto add = [&](int number, const std::string& host, const std::string& action,
                         bool processed) {
      ordered_json& list = by_number[number];
      if (list.is_null()) list = ordered_json::array();
      list.push_back({{"Host", host}, {"Action", action}, {"Processed", processed}});
    };
    int last = 0;
    for (const PlayedHost& host : view_.hosts) {
      add(0, host.name, "beginning", view_.passed_barrier);
    }
    for (const PlayedAction& action : view_.actions) {
      last = std::max(last, action.number);
      for (const std::string& host : action.hosts) {
        add(action.number, host, action.id, action.fate == "fired");
      }
    }
    const bool to_the_end = view_.verdict == "fired" || view_.verdict == "inconclusive";
    for (const PlayedHost& host : view_.hosts) {
      add(last + 1, host.name, "end", to_the_end && host.lost.empty());
    }
    ordered_json all = ordered_json::object();
    // A number may have hit nobody.
    for (int number = 0; number < last; ++number) {
      by_number.try_emplace(number, ordered_json::array());
    }
    for (auto& [number, list] : by_number) all[std::to_string(number)] = std::move(list);
    return dumped(all);
  }

 private:
  double time(Seconds seconds) const { return seconds - view_.begun; }

  static ordered_json percent(const std::optional<double>& share) {
    return share ? ordered_json(*share * kPercent) : ordered_json();
  }

  static ordered_json in_order(ordered_json all) {
    std::stable_sort(all.begin(), all.end(),
                     [](const ordered_json& one, const ordered_json& other) {
                       return one["time"].get<double>() < other["time"].get<double>();
                     });
    return all;
  }

  /// The text of a mark as the plan shows it, in quotes.
  static std::string mark_text(const std::string& how) {
    const ordered_json parsed = ordered_json::parse(how, nullptr, false);
    return parsed.is_string() ? parsed.get<std::string>() : how;
  }

  const PlayView& view_;
  const std::map<SampledThing, std::vector<PlayedRate>> rates_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> faultsee_files(const PlayView& view) {
  const Writer writer(view);
  return {{"containers_ids.json", writer.containers_ids()},
          {"containers_events.json", writer.containers_events()},
          {"containers_logs.json", writer.containers_logs()},
          {"containers_stats.json", writer.containers_stats()},
          {"host_stats.json", writer.host_stats()},
          {"marks.json", writer.marks()},
          {"processed_events.log", writer.processed_events()}};
}

}  // namespace cutset::report
