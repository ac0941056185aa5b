#include "agent/capture_service.h"

#include <chrono>

#include "cutset/agent/v1/capture.grpc.pb.h"
#include <grpcpp/grpcpp.h>

namespace cutset::agent {

namespace {

grpc::Status answer(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  switch (status.error().kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kBadInput:
      return {grpc::StatusCode::INVALID_ARGUMENT, status.error().text()};
    case ErrorKind::kUnavailable:
      return {grpc::StatusCode::FAILED_PRECONDITION, status.error().text()};
    default:
      return {grpc::StatusCode::INTERNAL, status.error().text()};
  }
}

grpc::Status no_lease() {
  return {grpc::StatusCode::PERMISSION_DENIED,
          "this token does not hold the lease of the agent; call Hello"};
}

class CaptureService final : public v1::Capture::Service {
 public:
  CaptureService(Lease& lease, Captures& captures) : lease_(lease), captures_(captures) {}

  grpc::Status StartCapture(grpc::ServerContext*, const v1::StartCaptureRequest* request,
                            v1::StartCaptureReply* reply) override {
    if (const Status valid = check_request(*request); !valid.ok()) return answer(valid);
    grpc::Status status = no_lease();
    lease_.with_lease(request->lease(),
                      [&] { status = answer(captures_.start(*request)); });
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    reply->set_now_utc_ns(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
    return status;
  }

  grpc::Status CollectCapture(grpc::ServerContext*,
                              const v1::CollectCaptureRequest* request,
                              grpc::ServerWriter<v1::CapturedBatch>* writer) override {
    if (const Status valid = check_request(*request); !valid.ok()) return answer(valid);
    // Outside with_lease: a slow reader must not keep an ending lease from ending all.
    if (!lease_.holds(request->lease())) return no_lease();
    return answer(captures_.collect(
        *request, [&](const v1::CapturedBatch& batch) { return writer->Write(batch); }));
  }

 private:
  Lease& lease_;
  Captures& captures_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_capture_service(Lease& lease, Captures& captures) {
  return std::make_unique<CaptureService>(lease, captures);
}

}  // namespace cutset::agent
