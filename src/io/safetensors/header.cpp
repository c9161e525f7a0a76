#include "io/safetensors/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "io/text/json_scanner.h"
#include "luge/error.h"

namespace luge::io {
namespace {

constexpr std::array<std::pair<std::string_view, DType>, 10> kTypes = {{{"F32", f32},
                                                                        {"F64", f64},
                                                                        {"BF16", bf16},
                                                                        {"F16", f16},
                                                                        {"I8", i8},
                                                                        {"U8", u8},
                                                                        {"I16", i16},
                                                                        {"I32", i32},
                                                                        {"I64", i64},
                                                                        {"BOOL", boolean}}};

class HeaderParser {
 public:
  HeaderParser(std::string_view json, const std::string& where) : json_(json, where, 8), where_(where) {}

  SafetensorsHeader parse() {
    json_.expect('{');
    if (!json_.accept('}')) {
      do {
        std::string name = json_.string();
        json_.expect(':');
        if (name == kMetadataKey) {
          parse_metadata();
        } else {
          parse_tensor(std::move(name));
        }
      } while (json_.accept(','));
      json_.expect('}');
    }
    json_.expect_end();
    return std::move(header_);
  }

 private:
  void parse_metadata() {
    if (std::exchange(has_metadata_, true)) json_.fail("__metadata__ appears twice");
    json_.expect('{');
    if (json_.accept('}')) return;
    do {
      std::string key = json_.string();
      json_.expect(':');
      std::string value = json_.string();
      const auto [entry, added] = header_.metadata.emplace(std::move(key), std::move(value));
      if (!added) json_.fail(fmt::format("metadata \"{}\" appears twice", entry->first));
    } while (json_.accept(','));
    json_.expect('}');
  }

  void parse_tensor(std::string name) {
    StoredTensor tensor;
    tensor.name = std::move(name);
    bool has_dtype = false;
    bool has_shape = false;
    bool has_offsets = false;
    json_.expect('{');
    do {
      const std::string key = json_.string();
      json_.expect(':');
      const auto first_time = [&](bool& seen) {
        if (std::exchange(seen, true))
          json_.fail(fmt::format("tensor \"{}\": {} appears twice", tensor.name, key));
      };
      if (key == "dtype") {
        first_time(has_dtype);
        tensor.dtype = parse_dtype(tensor.name);
      } else if (key == "shape") {
        first_time(has_shape);
        tensor.shape = parse_shape(tensor.name);
      } else if (key == "data_offsets") {
        first_time(has_offsets);
        parse_offsets(tensor);
      } else {
        json_.fail(fmt::format("tensor \"{}\": unknown field \"{}\"; expected dtype, shape and data_offsets",
                               tensor.name, key));
      }
    } while (json_.accept(','));
    json_.expect('}');
    if (!has_dtype || !has_shape || !has_offsets) {
      const char* missing = !has_dtype ? "dtype" : !has_shape ? "shape" : "data_offsets";
      json_.fail(fmt::format("tensor \"{}\": {} is missing", tensor.name, missing));
    }
    header_.tensors.push_back(std::move(tensor));
  }

  DType parse_dtype(const std::string& tensor) {
    const std::string text = json_.string();
    for (const auto& [known, type] : kTypes) {
      if (text == known) return type;
    }
    throw FormatError(
        fmt::format("{}: tensor \"{}\" has dtype {}; expected one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL",
                    where_, tensor, text));
  }

  Shape parse_shape(const std::string& tensor) {
    std::array<std::int64_t, Shape::max_rank> extents{};
    std::size_t rank = 0;
    json_.expect('[');
    if (json_.accept(']')) return Shape();
    do {
      const std::uint64_t extent = json_.natural();
      if (extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        json_.fail(
            fmt::format("tensor \"{}\": extent {} of axis {} is larger than 2^63-1", tensor, extent, rank));
      }
      if (rank == extents.size()) {
        json_.fail(fmt::format("tensor \"{}\" has more than {} axes", tensor, extents.size()));
      }
      extents[rank++] = static_cast<std::int64_t>(extent);
    } while (json_.accept(','));
    json_.expect(']');
    return Shape(std::span<const std::int64_t>(extents.data(), rank));
  }

  void parse_offsets(StoredTensor& tensor) {
    json_.expect('[');
    tensor.begin = json_.natural();
    json_.expect(',');
    tensor.end = json_.natural();
    json_.expect(']');
  }

  JsonScanner json_;
  std::string where_;
  SafetensorsHeader header_;
  bool has_metadata_ = false;
};

// Nothing when the number does not fit 64 bits.
std::optional<std::uint64_t> bytes_of(const StoredTensor& tensor) {
  std::uint64_t product = size_of(tensor.dtype);
  bool overflow = false;
  for (const std::int64_t extent : tensor.shape) {
    if (extent == 0) return 0;
    overflow |= __builtin_mul_overflow(product, static_cast<std::uint64_t>(extent), &product);
  }
  if (overflow) return std::nullopt;
  return product;
}

void check_sizes(const std::vector<StoredTensor>& tensors, const std::string& where) {
  for (const StoredTensor& tensor : tensors) {
    if (tensor.end < tensor.begin) {
      throw FormatError(fmt::format("{}: tensor \"{}\" ends at byte {} of the data, before it begins at {}",
                                    where, tensor.name, tensor.end, tensor.begin));
    }
    const auto expected = bytes_of(tensor);
    if (!expected) {
      throw FormatError(fmt::format("{}: tensor \"{}\": the size of {}{} overflows 64 bits", where,
                                    tensor.name, name(tensor.dtype), tensor.shape.to_string()));
    }
    if (tensor.size_in_bytes() != *expected) {
      throw FormatError(fmt::format("{}: tensor \"{}\" {}{} needs {} bytes, but its offsets [{}, {}] give {}",
                                    where, tensor.name, name(tensor.dtype), tensor.shape.to_string(),
                                    *expected, tensor.begin, tensor.end, tensor.size_in_bytes()));
    }
  }
}

// `tensors` are in the order of their data.
void check_tiling(const std::vector<StoredTensor>& tensors, std::uint64_t data_bytes,
                  const std::string& where) {
  std::uint64_t reached = 0;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.begin != reached) {
      throw FormatError(
          fmt::format("{}: tensor \"{}\" begins at byte {} of the data, expected {}: {}", where, tensor.name,
                      tensor.begin, reached,
                      tensor.begin < reached ? "it overlaps the one before" : "there is a hole before it"));
    }
    reached = tensor.end;
  }
  if (reached != data_bytes) {
    throw FormatError(fmt::format("{}: the tensors take {} bytes of data, the file holds {}: {}", where,
                                  reached, data_bytes,
                                  data_bytes < reached ? "it was cut short" : "something was added"));
  }
}

void check_names(const std::vector<StoredTensor>& tensors, const std::string& where) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const StoredTensor& tensor : tensors) names.push_back(tensor.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw FormatError(fmt::format("{}: tensor \"{}\" appears twice", where, *twice));
}

std::string_view type_text(DType dtype) {
  return std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) { return known.second == dtype; })
      ->first;
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& where) {
  SafetensorsHeader header = HeaderParser(json, where).parse();
  std::sort(header.tensors.begin(), header.tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  check_names(header.tensors, where);
  check_sizes(header.tensors, where);
  check_tiling(header.tensors, data_bytes, where);
  return header;
}

std::string safetensors_header_text(std::span<const StoredTensor> tensors,
                                    const std::map<std::string, std::string>& metadata) {
  std::string json = "{";
  if (!metadata.empty()) {
    append_json_string(json, kMetadataKey);
    json += ":{";
    for (const auto& [key, value] : metadata) {
      if (json.back() != '{') json += ',';
      append_json_string(json, key);
      json += ':';
      append_json_string(json, value);
    }
    json += '}';
  }
  for (const StoredTensor& tensor : tensors) {
    if (json.size() > 1) json += ',';
    append_json_string(json, tensor.name);
    fmt::format_to(std::back_inserter(json), ":{{\"dtype\":\"{}\",\"shape\":[", type_text(tensor.dtype));
    for (const std::int64_t extent : tensor.shape) {
      if (json.back() != '[') json += ',';
      fmt::format_to(std::back_inserter(json), "{}", extent);
    }
    fmt::format_to(std::back_inserter(json), "],\"data_offsets\":[{},{}]}}", tensor.begin, tensor.end);
  }
  json += '}';
  return json;
}

}  // namespace luge::io
