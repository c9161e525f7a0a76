// Messages of TensorBoard's table of hyperparameters: what there is to see, and begin and end of a session.
#include "io/tensorboard/fields.h"
#include "io/tensorboard/messages.h"

namespace luge::io {
namespace {

// All content is in the metadata of the value; its tensor is a single 0.
MessageWriter message_of(int field, const MessageWriter& content) {
  MessageWriter data, plugin, metadata, tensor, shape, made;
  data.message(field, content);
  plugin.bytes(field::metadata::plugin_name, kHparams).bytes(field::metadata::plugin_content, data.text());
  metadata.message(field::metadata::plugin, plugin);
  tensor.whole(field::tensor::dtype, field::tensor::f32)
      .message(field::tensor::shape, shape)
      .single(field::tensor::floats, 0);
  made.message(field::value::metadata, metadata);
  return made.message(field::value::tensor, tensor);
}

MessageWriter value_message(const Hparam& value) {
  MessageWriter made;
  if (const auto* truth = std::get_if<bool>(&value)) {
    made.whole(field::hparams::truth, *truth);
  } else if (const auto* number = std::get_if<double>(&value)) {
    made.real(field::hparams::number, *number);
  } else {
    made.bytes(field::hparams::text, std::get<std::string>(value));
  }
  return made;
}

int type_of(const Hparam& value) {
  constexpr int kTypes[] = {field::hparams::type_truth, field::hparams::type_number,
                            field::hparams::type_text};
  return kTypes[value.index()];
}

}  // namespace

MessageWriter experiment_message(const Hparams& hparams) {
  MessageWriter experiment;
  for (const auto& [name, value] : hparams.values) {
    MessageWriter info;
    info.bytes(field::hparams::info_name, name).whole(field::hparams::info_type, type_of(value));
    experiment.message(field::hparams::info, info);
  }
  for (std::size_t k = 0; k < hparams.metrics.size(); ++k) {
    const std::string group = k < hparams.groups.size() ? hparams.groups[k] : "";
    MessageWriter name, info;
    if (!group.empty()) name.bytes(field::hparams::metric_group, group);
    name.bytes(field::hparams::metric_tag, hparams.metrics[k]);
    info.message(field::hparams::metric_name, name);
    if (!group.empty()) info.bytes(field::hparams::metric_shown, group + " " + hparams.metrics[k]);
    experiment.message(field::hparams::metric, info);
  }
  return message_of(field::hparams::experiment, experiment);
}

MessageWriter session_start_message(const Hparams& hparams, double now) {
  MessageWriter start;
  for (const auto& [name, value] : hparams.values) {
    MessageWriter entry;
    entry.bytes(field::hparams::map_key, name).message(field::hparams::map_value, value_message(value));
    start.message(field::hparams::start_values, entry);
  }
  return message_of(field::hparams::session_start, start.real(field::hparams::start_time, now));
}

MessageWriter session_end_message(RunStatus status, double now) {
  MessageWriter end;
  end.whole(field::hparams::end_status, static_cast<std::int64_t>(status))
      .real(field::hparams::end_time, now);
  return message_of(field::hparams::session_end, end);
}

}  // namespace luge::io
