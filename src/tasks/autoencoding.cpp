// autoencoding: the input itself is the target.
#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "luge/ops/shape.h"
#include "tasks/learning.h"

namespace luge::tasks {
namespace {

struct AutoencodingOptions : ScaledOptions {
  AutoencodingOptions() : ScaledOptions{{"mse"}} {}
  static void fields(auto& self, auto&& field) { common(self, field); }
};

bool is_numbers(const data::Field& field) {
  return !field.text && field.fixed() && field.dtype != i64 && field.dtype != i32;
}

// The output as inputs are shaped: a last linear layer gives [rows,784] for [rows,1,28,28].
Tensor reconstruction(const train::Pass& pass) {
  const Tensor& input = pass[data::kInput];
  const Tensor& output = pass.output();
  return output.rank() == input.rank() ? output : reshape(output, input.shape().with(0, -1));
}

class Autoencoding final : public TaskWith<Autoencoding, AutoencodingOptions> {
 public:
  static constexpr const char* kName = "autoencoding";
  static constexpr const char* kDescription = "gives its input back through a narrow middle";
  static train::Needs data_needs() {
    return {{std::string(data::kInput), "numbers, such as a picture", is_numbers}};
  }
  explicit Autoencoding(AutoencodingOptions options) : TaskWith(std::move(options)) {
    if (is_by_class(loss().outputs()))
      throw ValueError(fmt::format("{}: the loss {} is for labels; choose mse or binary-cross-entropy", kName,
                                   loss().name()));
  }

  train::Needs needs() const override { return data_needs(); }
  data::Recipe recipe(const data::Dataset& training) const override {
    return input_scaling(options_.scaling, training.info());
  }
  std::optional<std::int64_t> outputs(const data::Info& info) const override {
    return info.input().shape.elements();
  }
  std::vector<train::Objective> objectives(const nn::Model&) const override {
    return {{.describes = describes(), .loss = [loss = loss()](const train::Pass& pass) {
               return train::LossTerm::of(loss, reconstruction(pass), pass[data::kInput],
                                          pass.sample_weight());
             }}};
  }
  std::vector<train::Measure> metrics() const override {
    return measures([](const metrics::Metric& own, const train::Pass& pass) {
      own.update(reconstruction(pass), pass[data::kInput]);
    });
  }
  std::function<void(const data::HostBatch&)> checks(const nn::Model&,
                                                     const data::HostBatch&) const override {
    if (!is_binary(loss().outputs())) return {};
    return [name = loss().name()](const data::HostBatch& batch) {
      const auto values = batch.input().as<float>();
      const auto bad =
          std::find_if(values.begin(), values.end(), [](float x) { return !(x >= 0 && x <= 1); });
      if (bad == values.end()) return;
      const std::int64_t row = (bad - values.begin()) * batch.rows / static_cast<std::int64_t>(values.size());
      throw ValueError(
          fmt::format("{}: the input holds {}; the loss {} takes numbers from 0 to 1 (scaling=min-max)",
                      batch.where(row), *bad, name));
    };
  }

  // "output", in the units of the data, and the mean squared "error" of what the network was given.
  std::vector<data::Record> interpret(const NamedTensors& outputs,
                                      const data::HostBatch& batch) const override {
    const Rows rows(kName, probabilities(first(outputs), loss().outputs()), batch.rows);
    const data::HostArray& inputs = batch.input();
    const std::span<const float> given = inputs.as<float>();
    if (inputs.field.dtype != f32 || given.size() != rows.width() * static_cast<std::size_t>(batch.rows)) {
      throw ShapeError(
          fmt::format("{}: the input is {}, the output has {} numbers for each row; expected as many", kName,
                      inputs.field.to_string(), rows.width()));
    }
    std::vector<data::Record> records;
    for (std::int64_t row = 0; row < batch.rows; ++row) {
      data::HostArray output(data::Field{f32, inputs.field.shape.without(0)});
      std::copy(rows[row].begin(), rows[row].end(), output.as<float>().begin());
      double squares = 0;
      for (std::size_t k = 0; k < rows.width(); ++k) {
        const double apart = rows[row][k] - given[static_cast<std::size_t>(row) * rows.width() + k];
        squares += apart * apart;
      }
      const auto error =
          static_cast<float>(squares / static_cast<double>(std::max<std::size_t>(1, rows.width())));
      records.push_back(
          {{"output", known_recipe().undo(data::kInput, std::move(output))}, {"error", number(error)}});
    }
    return records;
  }
};

const bool added_autoencoding = Autoencoding::add();

}  // namespace
}  // namespace luge::tasks
