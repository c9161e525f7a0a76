#include "io/tensorboard/parse_event.h"

#include <bit>
#include <cmath>

#include "io/tensorboard/fields.h"
#include "io/tensorboard/wire.h"

namespace luge::io {
namespace {

using Field = MessageReader::Field;

// Calls visit(field) for each field; false when the message is broken.
template <class Visit>
bool walk(std::string_view text, Visit visit) {
  MessageReader reader(text);
  while (const auto field = reader.next()) visit(*field);
  return !reader.broken();
}

// Numbers that are packed, or come one by one.
void add_reals(const Field& field, std::vector<double>& to) {
  if (field.width != 0) return to.push_back(field.real());
  for (std::size_t k = 0; k < packed_count(field.bytes, 8); ++k) to.push_back(packed_real(field.bytes, k));
}
void add_singles(const Field& field, std::vector<double>& to) {
  if (field.width != 0) return to.push_back(field.real());
  for (std::size_t k = 0; k < packed_count(field.bytes, 4); ++k) to.push_back(packed_single(field.bytes, k));
}

struct AnyTensor {
  LoggedNumbers numbers;
  std::vector<std::string> texts;
  bool is_text = false;
};

bool parse_shape(std::string_view bytes, std::vector<std::int64_t>& shape) {
  return walk(bytes, [&](const Field& dim) {
    if (dim.number != field::tensor::extent) return;
    std::int64_t size = 0;
    walk(dim.bytes, [&](const Field& each) {
      if (each.number == field::tensor::size) size = each.whole();
    });
    shape.push_back(size);
  });
}

bool parse_tensor(std::string_view bytes, AnyTensor& into) {
  std::int64_t dtype = 0;
  std::string_view content;
  const bool whole = walk(bytes, [&](const Field& each) {
    switch (each.number) {
      case field::tensor::dtype: dtype = each.whole(); break;
      case field::tensor::shape: parse_shape(each.bytes, into.numbers.shape); break;
      case field::tensor::content: content = each.bytes; break;
      case field::tensor::floats: add_singles(each, into.numbers.numbers); break;
      case field::tensor::doubles: add_reals(each, into.numbers.numbers); break;
      case field::tensor::strings: into.texts.emplace_back(each.bytes); break;
      default: break;
    }
  });
  into.is_text = dtype == field::tensor::text;
  const Field packed{.bytes = content};
  if (dtype == field::tensor::f32) add_singles(packed, into.numbers.numbers);
  if (dtype == field::tensor::f64) add_reals(packed, into.numbers.numbers);
  return whole;
}

// Rows of lower limit, upper limit and count, as later versions of TensorBoard write them.
Histogram histogram_from_rows(const std::vector<double>& rows) {
  Histogram made;
  for (std::size_t row = 0; row + 3 <= rows.size(); row += 3) {
    const double low = rows[row], high = rows[row + 1], count = rows[row + 2], middle = (low + high) / 2;
    if (row == 0) made.min = low;
    made.max = high;
    made.count += count;
    made.sum += count * middle;
    made.sum_squares += count * middle * middle;
    made.limits.push_back(high);
    made.counts.push_back(count);
  }
  return made;
}

void take_tensor(AnyTensor tensor, LoggedValue& value) {
  const auto number = [](const std::string& text) { return std::atoll(text.substr(0, 18).c_str()); };
  if (value.plugin == kImages && tensor.texts.size() >= 3) {  // width, height and the pictures
    value.value = LoggedImage{.height = number(tensor.texts[1]),
                              .width = number(tensor.texts[0]),
                              .encoded = std::move(tensor.texts[2])};
  } else if (tensor.is_text) {
    value.value = std::move(tensor.texts);
  } else if (value.plugin == kHistograms) {
    value.value = histogram_from_rows(tensor.numbers.numbers);
  } else if (value.plugin == kScalars && tensor.numbers.numbers.size() == 1) {
    value.value = tensor.numbers.numbers[0];
  } else {
    value.value = std::move(tensor.numbers);
  }
}

bool parse_histogram(std::string_view bytes, Histogram& into) {
  return walk(bytes, [&](const Field& each) {
    switch (each.number) {
      case field::histogram::min: into.min = each.real(); break;
      case field::histogram::max: into.max = each.real(); break;
      case field::histogram::count: into.count = each.real(); break;
      case field::histogram::sum: into.sum = each.real(); break;
      case field::histogram::sum_squares: into.sum_squares = each.real(); break;
      case field::histogram::limits: add_reals(each, into.limits); break;
      case field::histogram::counts: add_reals(each, into.counts); break;
      default: break;
    }
  });
}

bool parse_image(std::string_view bytes, LoggedImage& into) {
  return walk(bytes, [&](const Field& each) {
    switch (each.number) {
      case field::image::height: into.height = each.whole(); break;
      case field::image::width: into.width = each.whole(); break;
      case field::image::channels: into.channels = each.whole(); break;
      case field::image::encoded: into.encoded = each.bytes; break;
      default: break;
    }
  });
}

bool parse_metadata(std::string_view bytes, LoggedValue& into) {
  return walk(bytes, [&](const Field& plugin) {
    if (plugin.number != field::metadata::plugin) return;
    walk(plugin.bytes, [&](const Field& each) {
      if (each.number == field::metadata::plugin_name) into.plugin = each.bytes;
      if (each.number == field::metadata::plugin_content) into.content = each.bytes;
    });
  });
}

bool parse_value(std::string_view bytes, LoggedValue& into) {
  bool whole = true;
  std::optional<AnyTensor> tensor;
  whole &= walk(bytes, [&](const Field& each) {
    switch (each.number) {
      case field::value::tag: into.tag = each.bytes; break;
      case field::value::metadata: whole &= parse_metadata(each.bytes, into); break;
      case field::value::simple: into.value = each.real(); break;
      case field::value::histogram:
        whole &= parse_histogram(each.bytes, into.value.emplace<Histogram>());
        break;
      case field::value::image: whole &= parse_image(each.bytes, into.value.emplace<LoggedImage>()); break;
      case field::value::tensor: whole &= parse_tensor(each.bytes, tensor.emplace()); break;
      default: break;
    }
  });
  if (tensor) take_tensor(std::move(*tensor), into);
  if (into.plugin.empty()) {
    if (std::holds_alternative<double>(into.value)) into.plugin = kScalars;
    if (std::holds_alternative<Histogram>(into.value)) into.plugin = kHistograms;
    if (std::holds_alternative<LoggedImage>(into.value)) into.plugin = kImages;
  }
  return whole;
}

}  // namespace

std::optional<Event> parse_event(std::string_view bytes) {
  Event event;
  bool whole = true;
  whole &= walk(bytes, [&](const Field& each) {
    switch (each.number) {
      case field::event::wall_time: event.wall_time = each.real(); break;
      case field::event::step: event.step = each.whole(); break;
      case field::event::file_version: event.file_version = each.bytes; break;
      case field::event::graph: event.graph = each.bytes; break;
      case field::event::session:
        whole &= walk(each.bytes, [&](const Field& log) {
          event.restarts |= log.number == field::session::status && log.whole() == field::session::start;
        });
        break;
      case field::event::summary:
        whole &= walk(each.bytes, [&](const Field& value) {
          if (value.number != field::summary::value) return;
          whole &= parse_value(value.bytes, event.values.emplace_back());
        });
        break;
      default: break;
    }
  });
  if (!whole) return std::nullopt;
  return event;
}

}  // namespace luge::io
