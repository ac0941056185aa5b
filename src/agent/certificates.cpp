#include "agent/certificates.h"

#include <algorithm>
#include <filesystem>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr std::string_view kDays = "825";
constexpr const char* kController = "controller";

struct Subject {
  std::string name;
  std::string address;  // IP address, or ""
  const char* usage;    // serverAuth or clientAuth
};

Result<Subject> parse_agent(const std::string& text) {
  const size_t equals = text.find('=');
  Subject subject{text.substr(0, equals), "", "serverAuth"};
  if (equals != std::string::npos) subject.address = text.substr(equals + 1);
  const bool good_name = !subject.name.empty() && subject.name.size() <= 64 &&
                         subject.name[0] != '.' && subject.name[0] != '-' &&
                         subject.name != kController && subject.name != "authority" &&
                         subject.name.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789.-") == std::string::npos;
  in_addr ignored{};
  if (!good_name || (equals != std::string::npos &&
                     ::inet_pton(AF_INET, subject.address.c_str(), &ignored) != 1)) {
    return Error::usage(fmt::format(
        "certificates: \"{}\": expected the name of a host, or NAME=IP-ADDRESS", text));
  }
  return subject;
}

Status openssl(std::vector<std::string> arguments) {
  CommandSpec spec;
  arguments.insert(arguments.begin(), "openssl");
  spec.arguments = std::move(arguments);
  const Result<CommandOutcome> outcome = run_command(spec);
  if (!outcome.ok())
    return Error::unavailable(
        "the program openssl cannot be started (package openssl): " +
        outcome.error().message);
  if (outcome->exit_code == 0) return {};
  return Error::internal("openssl: " + std::string(trim(outcome->error_output)));
}

std::vector<std::string> new_key(const std::string& path) {
  return {"-newkey", "ec",      "-pkeyopt", "ec_paramgen_curve:P-256",
          "-nodes",  "-keyout", path};
}

Status make_authority(const std::string& base) {
  std::vector<std::string> arguments = {"req",     "-x509",
                                        "-days",   std::string(kDays),
                                        "-subj",   "/CN=cutset authority",
                                        "-addext", "keyUsage=critical,keyCertSign",
                                        "-out",    base + ".pem"};
  const std::vector<std::string> key = new_key(base + ".key");
  arguments.insert(arguments.end(), key.begin(), key.end());
  return openssl(std::move(arguments));
}

Status make_one(const std::string& folder, const Subject& subject) {
  const std::string base = folder + "/" + subject.name;
  const std::string authority = folder + "/authority";
  std::string names = "subjectAltName=DNS:" + subject.name;
  if (!subject.address.empty()) names += ",IP:" + subject.address;
  std::vector<std::string> request = {
      "req",     "-new",
      "-subj",   "/CN=" + subject.name,
      "-addext", names,
      "-addext", fmt::format("extendedKeyUsage={}", subject.usage),
      "-out",    base + ".csr"};
  const std::vector<std::string> key = new_key(base + ".key");
  request.insert(request.end(), key.begin(), key.end());
  CUTSET_TRY(openssl(std::move(request)));
  const Status signing =
      openssl({"x509", "-req", "-in", base + ".csr", "-CA", authority + ".pem", "-CAkey",
               authority + ".key", "-days", std::string(kDays), "-copy_extensions",
               "copy", "-out", base + ".pem"});
  ::unlink((base + ".csr").c_str());
  return signing;
}

}  // namespace

Result<std::string> make_certificates(const std::string& folder,
                                      const std::vector<std::string>& agents) {
  std::vector<Subject> subjects = {{kController, "", "clientAuth"}};
  for (const std::string& text : agents) {
    CUTSET_ASSIGN(Subject subject, parse_agent(text));
    subjects.push_back(std::move(subject));
  }
  const mode_t previous = ::umask(077);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return Error::usage(fmt::format("cannot make {}: {}", folder, error.message()));
  std::string made;
  if (!std::filesystem::exists(folder + "/authority.pem")) {
    CUTSET_TRY(make_authority(folder + "/authority"));
    made += folder + "/authority.pem\n";
  }
  for (const Subject& subject : subjects) {
    const std::string file = fmt::format("{}/{}.pem", folder, subject.name);
    if (std::filesystem::exists(file)) continue;
    CUTSET_TRY(make_one(folder, subject));
    made += file + "\n";
  }
  ::umask(previous);
  if (made.empty()) made = "everything is there already\n";
  return made + fmt::format(
                    "An agent needs its own certificate and key and authority.pem; "
                    "{}/authority.key stays where it is.\n",
                    folder);
}

}  // namespace cutset::agent
