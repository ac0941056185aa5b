#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/names.h"
#include "injector/fdsl/readers.h"
#include "injector/fdsl/yaml11.h"

namespace cutset::injector::fdsl {

namespace {

const std::vector<std::string> kEvents = {"beginning", "moment", "end"};

class EventsReader {
 public:
  EventsReader(Reading& reading, Schedule& schedule)
      : reading_(reading), schedule_(schedule) {}

  void read(const YamlNode& node) {
    const std::vector<YamlNode>& items = reading_.yaml().list(node, "events");
    // FaultSee applies every `beginning` first, wherever it stands.
    for (const YamlNode& item : items) {
      const YamlNode* found = item.find("beginning");
      if (found != nullptr && item.entries.size() == 1) read_beginning(*found);
    }
    for (const YamlNode& item : items) read_event(item);
    if (!node.is_list() || ended_ || malformed_) return;
    reading_.problem(node,
                     "events: the last event \"end: SECONDS\" is missing; without it the "
                     "experiment has no end (FaultSee's master refuses the file too)");
  }

 private:
  void read_event(const YamlNode& item) {
    const YamlEntry* event = reading_.only_key(item, "events", kEvents);
    malformed_ = malformed_ || event == nullptr;
    if (event == nullptr) return;
    const Place place{event->line, event->column};
    if (ended_) {
      reading_.yaml().problem_at(
          place.line, place.column,
          fmt::format("\"{}\" after \"end\"; end is the last event", event->key));
    }
    if (event->key == "beginning") {
      note_position(place);
    } else if (event->key == "moment") {
      Moment moment;
      moment.place = place;
      read_moment(event->value, moment);
    } else {
      ended_ = true;
      read_end(event->value);
    }
  }

  void note_position(Place place) {
    if (began_) {
      reading_.quirk_at(place,
                        "a second \"beginning\": of each service the later number wins; "
                        "write one");
    } else if (moment_at_zero_) {
      reading_.quirk_at(place,
                        "\"beginning\" after a moment at time 0: FaultSee's local "
                        "controllers refuse the file; write it first");
    }
    began_ = true;
  }

  void read_beginning(const YamlNode& node) {
    if (node.is_null()) {
      reading_.quirk(node,
                     "beginning: nothing: FaultSee's master fails on it; write {} for no "
                     "service");
      return;
    }
    for (const YamlEntry& entry : reading_.yaml().map(node, "beginning")) {
      const std::string what = "beginning." + entry.key;
      check_name(entry);
      if (reading_.version() == 1 && is_negative(entry.value)) {
        reading_.warn(entry.value,
                      fmt::format("{}: {} is read as 0, as FaultSee's local controllers "
                                  "do; write 0",
                                  what, entry.value.text));
        set_count(entry.key, 0);
        continue;
      }
      const auto count =
          reading_.whole(entry.value, what, 0, kMostInstances, Reading::Quoted::kQuirk);
      set_count(entry.key, static_cast<int>(count.value_or(1)));
    }
  }

  static bool is_negative(const YamlNode& node) {
    if (!node.is_scalar() || node.quoted) return false;
    const std::optional<Yaml11Number> number = yaml11_number(node.text);
    return number && number->value < 0;
  }

  void check_name(const YamlEntry& entry) {
    const bool is_word = !entry.key.empty() && entry.key.size() <= kLongestName;
    if (!is_word) {
      reading_.yaml().problem_at(
          entry.line, entry.column,
          fmt::format("beginning: a service's name has 1 to {} bytes", kLongestName));
    }
  }

  void set_count(const std::string& service, int count) {
    reading_.add_service(service);
    const auto [known, is_new] = index_of_.emplace(service, schedule_.services.size());
    if (is_new) {
      schedule_.services.emplace_back(service, count);
    } else {
      schedule_.services[known->second].second = count;
    }
  }

  void read_moment(const YamlNode& node, Moment& moment) {
    const size_t problems = reading_.yaml().problem_count();
    YamlSection section(reading_.yaml(), node, "moment");
    if (const YamlNode* found = section.take("name")) {
      reading_.extension({found->line, found->column}, "\"name\" of a moment");
      moment.name = reading_.word(*found, "moment.name").value_or("");
    }
    read_time(section, node, moment);
    if (const YamlNode* found = section.take("mark"); found && !found->is_null()) {
      moment.mark = reading_.yaml().text(*found, "moment.mark").value_or("");
      if (moment.mark.size() > kLongestText) {
        reading_.problem(*found,
                         fmt::format("moment.mark: longer than {} bytes", kLongestText));
      }
    }
    const YamlNode* services = section.take("services");
    if (services != nullptr && !services->is_null()) read_services(*services, moment);
    const bool names_services =
        services != nullptr && services->is_map() && !services->entries.empty();
    section.finish();
    const bool is_sound = reading_.yaml().problem_count() == problems;
    if (is_sound && moment.mark.empty() && !names_services) {
      reading_.problem(node,
                       "moment: expected \"services\" or \"mark\"; a moment in which "
                       "nothing happens is refused by FaultSee's master (\"Empty\")");
    }
    if (!moment.mark.empty() && !moment.events.empty()) {
      reading_.warn_at(moment.place,
                       "moment: FaultSee does not log the mark of a moment that has "
                       "events, and numbers what follows differently in its master and "
                       "its local controllers; give the mark a moment of its own");
    }
    if (is_sound && names_services && moment.mark.empty() && moment.events.empty()) {
      reading_.quirk_at(moment.place, "moment: its services have no events: left out");
      return;
    }
    schedule_.moments.push_back(std::move(moment));
  }

  void read_time(YamlSection& section, const YamlNode& node, Moment& moment) {
    const YamlNode* time = section.take("time");
    if (const YamlNode* when = section.take("when")) {
      read_when(section, *when, moment);
      return;
    }
    for (const std::string key : {"timeout", "timeout_milliseconds", "otherwise"}) {
      if (const YamlNode* found = section.take(key)) {
        reading_.problem(*found, fmt::format("moment: \"{}\" belongs to \"when\"", key));
      }
    }
    const bool fine = section.take("time_milliseconds") != nullptr;
    if (!fine && reading_.version() == 1 && node.is_map() &&
        (time == nullptr || time->is_null())) {
      // A misspelt "time" is an unknown key, reported as such.
      reading_.warn(node,
                    "moment: without \"time\" it is read as time 0, as FaultSee's local "
                    "controllers do; its master refuses the file");
      moment.time = Milliseconds(0);
    } else {
      moment.time = reading_.time(section, "time", Reading::Need::kRequired, 0);
      warn_of_fraction(time);
      if (!moment.time) moment.time = Milliseconds(0);
    }
    moment_at_zero_ = moment_at_zero_ || (!began_ && moment.time->count() == 0);
    last_time_ = std::max(last_time_, *moment.time);
  }

  void warn_of_fraction(const YamlNode* time) {
    if (time == nullptr || !time->is_scalar() || time->quoted) return;
    if (reading_.version() != 1 || time->text.find('.') == std::string::npos) return;
    reading_.warn(*time,
                  fmt::format("moment.time: FaultSee's master acts at {} s, its local "
                              "controllers without the fraction; FDSL 2 has "
                              "time_milliseconds",
                              time->text));
  }

  void read_when(YamlSection& section, const YamlNode& node, Moment& moment) {
    reading_.extension({node.line, node.column}, "a moment with \"when\"");
    for (const std::string key : {"time", "time_milliseconds"}) {
      if (const YamlNode* found = section.take(key)) {
        reading_.problem(
            *found, fmt::format("moment: \"{}\" and \"when\" exclude each other", key));
      }
    }
    When when;
    const std::optional<Trigger> trigger = read_trigger(reading_, node);
    if (trigger) when.trigger = *trigger;
    const auto timeout = reading_.time(section, "timeout", Reading::Need::kRequired, 1);
    when.timeout = timeout.value_or(Milliseconds(1));
    last_time_ = std::max(last_time_, when.timeout);
    if (const YamlNode* found = section.take("otherwise")) {
      when.otherwise = reading_.one_of(*found, "moment.otherwise", kOtherwises)
                           .value_or(Otherwise::kInconclusive);
    }
    moment.when = std::move(when);
  }

  void read_services(const YamlNode& node, Moment& moment) {
    std::string last;
    for (const YamlEntry& entry : reading_.yaml().map(node, "moment.services")) {
      const Place place{entry.line, entry.column};
      reading_.check_service(place, entry.key);
      if (entry.key < last && reading_.version() == 1) {
        reading_.warn_at(place,
                         fmt::format("\"{}\" after \"{}\": FaultSee's master numbers "
                                     "events in the order of the file, its local "
                                     "controllers in that of the names; sort them",
                                     entry.key, last));
      }
      last = std::max(last, entry.key);
      read_service_events(reading_, entry, moment);
    }
    count_ += moment.events.size();
    if (count_ > kMostEvents) {
      reading_.problem(node, fmt::format("more than {} events", kMostEvents));
      count_ = 0;
      moment.events.clear();
    }
  }

  void read_end(const YamlNode& node) {
    const auto seconds = reading_.whole(node, "end", 0, kLongestSeconds);
    if (!seconds) return;
    schedule_.end_seconds = *seconds;
    if (Milliseconds(*seconds * 1000) >= last_time_) return;
    reading_.problem(node,
                     fmt::format("end: {} is before {}, the last time or timeout of "
                                 "a moment; an experiment ends after its moments",
                                 *seconds, seconds_text(last_time_)));
  }

  Reading& reading_;
  Schedule& schedule_;
  std::map<std::string, size_t> index_of_;  // in schedule_.services
  bool began_ = false;
  bool moment_at_zero_ = false;
  bool ended_ = false;
  bool malformed_ = false;  // an event that may have been meant to be the end
  Milliseconds last_time_{0};
  size_t count_ = 0;
};

}  // namespace

void read_events(Reading& reading, const YamlNode& node, Schedule& schedule) {
  EventsReader(reading, schedule).read(node);
}

}  // namespace cutset::injector::fdsl
