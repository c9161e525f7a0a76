#include "luge/train/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "luge/error.h"

namespace luge::train {
namespace {

// Row `row` of a tensor [rows,…] as a value in host memory.
data::HostArray row_of(const Tensor& tensor, std::int64_t row) {
  data::HostArray value(data::Field{tensor.dtype(), tensor.shape().without(0)});
  const std::span<const std::byte> bytes = tensor.bytes();
  const std::size_t each = value.bytes.size();
  std::ranges::copy(bytes.subspan(static_cast<std::size_t>(row) * each, each), value.bytes.begin());
  return value;
}

}  // namespace

void check_needs(const std::string& who, const Needs& needs, const data::Info& info) {
  for (const Need& need : needs) {
    const auto found = info.fields.find(need.field);
    if (found && (!need.fits || need.fits(info.fields[*found]))) continue;
    throw ValueError(fmt::format(
        "{}: {} has {}; the field '{}' must hold {} (Dataset::map and rename make fields)", who, info.name,
        info.fields.size() == 0 ? "no fields" : info.fields.to_string(), need.field, need.what));
  }
}

std::function<void(const data::HostBatch&)> Task::checks(const nn::Model&, const data::HostBatch&) const {
  return {};
}

std::vector<data::Record> Task::interpret(const NamedTensors& outputs, const data::HostBatch& batch) const {
  std::vector<data::Record> rows(static_cast<std::size_t>(batch.rows));
  for (const auto& [name, tensor] : outputs) {
    if (tensor.rank() == 0 || tensor.extent(0) != batch.rows) {
      throw ShapeError(
          fmt::format("interpret: the output '{}' is {}; expected [{},…], one row for each sample", name,
                      tensor.shape().to_string(), batch.rows));
    }
    for (std::int64_t row = 0; row < batch.rows; ++row)
      rows[static_cast<std::size_t>(row)].set(name, row_of(tensor, row));
  }
  return rows;
}

std::optional<data::Record> Task::predict(const nn::Module&, const data::Record&) const {
  return std::nullopt;
}

data::Recipe Task::recipe(const data::Dataset&) const { return {}; }

std::optional<std::int64_t> Task::outputs(const data::Info&) const { return std::nullopt; }

std::shared_ptr<const Task> Task::with(const nn::Metadata&) const { return nullptr; }

void Task::describe(const data::Info&, nn::Metadata& metadata) const {
  metadata.task = name();
  metadata.task_options = options();
}

std::vector<nn::Entry> Task::entries(const nn::Model&) const { return {}; }

}  // namespace luge::train
