#include "cli/bench/workloads.h"

#include <algorithm>

#include "core/philox.h"
#include "luge/loss/loss.h"
#include "luge/models/gallery.h"
#include "luge/random.h"

namespace luge::cli::bench {
namespace {

constexpr std::size_t host_bytes = 32 << 20;  // of all batches together, but two at least

std::vector<float> uniform(std::uint64_t stream, std::uint64_t draw, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = philox_f32(stream, draw, i);
  return values;
}

std::vector<std::int64_t> ids(std::uint64_t stream, std::uint64_t draw, std::int64_t count,
                              std::int64_t below) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = philox(stream, draw, i)[0] % static_cast<std::uint64_t>(below);
  return values;
}

}  // namespace

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> table = {
      {.name = "mlp_b64", .network = "mlp", .batch = 64},
      {.name = "lenet_b64", .network = "lenet5", .batch = 64},
      {.name = "cnn64_b550", .network = "cnn-64-64-1024", .batch = 550, .error_batch = 16},
      {.name = "resnet18_cifar_b128",
       .network = "resnet18-cifar",
       .batch = 128,
       .momentum = true,
       .error_batch = 4},
      {.name = "airbench_b1024", .network = "airbench", .batch = 1024, .momentum = true, .error_batch = 8},
      {.name = "yolov3tiny_416_b4",
       .network = "yolov3-tiny",
       .batch = 4,
       .task = Task::maps,
       .error_batch = 1},
      {.name = "unet_256_b4",
       .network = "unet",
       .batch = 4,
       .options = {{"width", 16}, {"normalization", "batch-norm"}},
       .task = Task::masks,
       .error_batch = 1},
      {.name = "lstm_lm_b64_t64", .network = "lstm-lm", .batch = 64, .task = Task::texts, .error_batch = 4},
      {.name = "gpt_4x128_b12_t64",
       .network = "gpt-4x128",
       .batch = 12,
       .task = Task::texts,
       .error_batch = 2},
      {.name = "gpt_6x384_b8_t256",
       .network = "gpt-6x384",
       .batch = 8,
       .task = Task::texts,
       .error_batch = 1},
      {.name = "alexnet_b32", .network = "alexnet", .batch = 32, .momentum = true, .error_batch = 2},
      {.name = "mobilenetv2_b16", .network = "mobilenet-v2", .batch = 16, .momentum = true, .error_batch = 2},
      {.name = "resnet50_b8", .network = "resnet50", .batch = 8, .momentum = true, .error_batch = 1},
      {.name = "resnet50_b1", .network = "resnet50", .batch = 1, .trains = false},
      {.name = "resnet50_b32", .network = "resnet50", .batch = 32, .trains = false, .error_batch = 1},
      {.name = "mobilenetv2_b1", .network = "mobilenet-v2", .batch = 1, .trains = false},
      {.name = "yolov3tiny_416_b1",
       .network = "yolov3-tiny",
       .batch = 1,
       .task = Task::maps,
       .trains = false},
      {.name = "lenet_b1", .network = "lenet5", .batch = 1, .trains = false},
      {.name = "gpt_4x128_b1_t64", .network = "gpt-4x128", .batch = 1, .task = Task::texts, .trains = false},
  };
  return table;
}

Contest::Contest(const Workload& workload, std::int64_t batch, DType dtype)
    : workload_(workload), batch_(batch) {
  const models::Entry entry = models::find(workload.network, workload.options);
  input_ = entry.input;
  outputs_ = entry.outputs;
  random::seed(1);
  net_ = entry.make(outputs_);
  net_->build(input_, dtype);
  net_->set_training(workload.trains);
  if (workload.task == Task::texts) target_ = input_;
  if (workload.task == Task::masks) target_ = Shape{input_[1], input_[2]};
  if (workload.task == Task::maps) target_ = Shape{outputs_, input_[1] / 32, input_[2] / 32};
}

DType Contest::input_dtype() const { return workload_.task == Task::texts ? i64 : f32; }

std::vector<HostBatch> Contest::host_batches(std::size_t most) const {
  const std::int64_t elements = batch_ * input_.elements();
  const std::size_t fit = host_bytes / (static_cast<std::size_t>(elements) * size_of(input_dtype()));
  std::vector<HostBatch> all(std::max<std::size_t>(std::min(most, std::size_t{2}), std::min(most, fit)));
  for (std::uint64_t b = 0; b < all.size(); ++b) {
    if (workload_.task == Task::texts) {
      all[b].ids = ids(1, b, elements, outputs_);
    } else {
      all[b].numbers = uniform(1, b, elements);
    }
    if (workload_.task == Task::maps) {
      all[b].map = uniform(2, b, batch_ * target_.elements());
    } else {
      all[b].labels = ids(2, b, batch_ * target_.elements(), outputs_);
    }
  }
  return all;
}

Tensor Contest::input_of(const HostBatch& host) const {
  const Shape shape = input_.inserted(0, batch_);
  return workload_.task == Task::texts ? tensor(host.ids, shape) : tensor(host.numbers, shape);
}

Tensor Contest::target_of(const HostBatch& host) const {
  const Shape shape = target_.inserted(0, batch_);
  return workload_.task == Task::maps ? tensor(host.map, shape) : tensor(host.labels, shape);
}

Tensor Contest::loss(const Tensor& output, const Tensor& target) const {
  if (workload_.task == Task::maps) return loss::MSE()(output, target);
  return loss::SoftmaxCrossEntropy({.axis = workload_.task == Task::masks ? 1 : -1})(output, target);
}

}  // namespace luge::cli::bench
