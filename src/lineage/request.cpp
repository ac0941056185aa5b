#include "lineage/request.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace cutset::lineage {

namespace {

constexpr std::string_view kPathSeparator = " > ";

std::string point_text(const RequestCall& call) {
  return identity::Point{call.callee, call.signature, "", 1}.text_without_ordinal();
}

RequestCall request_call(const Call& call) {
  const identity::Point& point = call.id.points.back();
  RequestCall result;
  result.callee = point.callee;
  result.signature = point.signature;
  result.key = point.key;
  result.ordinal = point.ordinal;
  result.failed = call.failed;
  result.awaited = call.awaited;
  result.unordered = call.unordered;
  result.answer = call.seen.kind;
  result.status = call.seen.status;
  return result;
}

}  // namespace

bool Request::any_failed() const {
  return std::any_of(calls.begin(), calls.end(),
                     [](const RequestCall& call) { return call.failed; });
}

std::string Request::entry() const {
  return point_text(calls.front());
}

std::vector<Request> requests_of(const Execution& execution) {
  std::vector<Request> requests;
  std::vector<size_t> request_of(execution.calls.size());
  std::vector<int> index(execution.calls.size());
  for (size_t i = 0; i < execution.calls.size(); ++i) {
    const Call& call = execution.calls[i];
    RequestCall made = request_call(call);
    if (call.parent < 0) {
      request_of[i] = requests.size();
      requests.push_back({execution.run,
                          static_cast<uint32_t>(requests.size()),
                          execution.problems.empty(),
                          {}});
      made.key.clear();
      made.ordinal = 1;
      made.awaited = true;
    } else {
      const auto parent = static_cast<size_t>(call.parent);
      CHECK(parent < i);
      request_of[i] = request_of[parent];
      made.parent = index[parent];
    }
    Request& request = requests[request_of[i]];
    if (call.repeats >= 0 && call.parent >= 0) {
      const auto repeated = static_cast<size_t>(call.repeats);
      CHECK(repeated < i);
      if (request_of[repeated] == request_of[i]) made.repeats = index[repeated];
    }
    index[i] = static_cast<int>(request.calls.size());
    request.calls.push_back(std::move(made));
  }
  return requests;
}

Shape shape_of(const Request& request) {
  Shape shape;
  std::vector<Fnv64> path(request.calls.size());
  for (size_t i = 0; i < request.calls.size(); ++i) {
    const RequestCall& call = request.calls[i];
    if (call.parent >= 0) path[i] = path[static_cast<size_t>(call.parent)];
    path[i].add(kPathSeparator);
    path[i].add(point_text(call));
    shape.push_back(path[i].value());
  }
  std::sort(shape.begin(), shape.end());
  shape.erase(std::unique(shape.begin(), shape.end()), shape.end());
  return shape;
}

uint64_t digest_of(const Shape& shape) {
  Fnv64 digest;
  for (const uint64_t path : shape) digest.add(hex16(path));
  return digest.value();
}

Similarity similarity(const Shape& a, const Shape& b) {
  Similarity result{0, 0};
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end()) {
    ++result.all;
    if (*left == *right) {
      ++result.common;
      ++left;
      ++right;
    } else if (*left < *right) {
      ++left;
    } else {
      ++right;
    }
  }
  result.all += static_cast<uint64_t>((a.end() - left) + (b.end() - right));
  if (result.all == 0) result.all = 1;
  return result;
}

}  // namespace cutset::lineage
