// translate: texts that a network of an encoder and a decoder writes.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "luge/compile.h"
#include "luge/data/collate.h"
#include "luge/data/pairs.h"
#include "luge/error.h"
#include "luge/nn/observe.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/tasks/translation.h"

namespace luge::tasks {
namespace {

using Ids = std::vector<std::int64_t>;

// Few extents, so that few programs are compiled.
constexpr std::int64_t kExtents = 8, kRows = 16, kTogether = 32;

std::int64_t rounded(std::int64_t extent, std::int64_t multiple) {
  return (std::max<std::int64_t>(extent, 1) + multiple - 1) / multiple * multiple;
}

// Rows of ids [rows,length] with zeros after them, and their lengths.
struct PaddedIds {
  PaddedIds(std::int64_t rows, std::int64_t length)
      : rows(rows),
        length(length),
        values(static_cast<std::size_t>(rows * length)),
        lengths(static_cast<std::size_t>(rows), 1) {}
  void set(std::size_t row, const Ids& ids) {
    std::ranges::copy(ids, values.begin() + static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(length)));
    lengths[row] = static_cast<std::int64_t>(ids.size());
  }
  void put(const std::string& name, NamedTensors& to) const {
    to.set(name, tensor(values, {rows, length}));
    to.set(name + data::kLength, tensor(lengths, {rows}));
  }
  std::int64_t rows, length;
  Ids values, lengths;
};

// The network for beginnings of texts. Rows and positions that are not needed are filled up.
class Writer {
 public:
  Writer(const nn::Module& net, std::int64_t tokens)
      : net_(net), tokens_(tokens), forward_(compile([this](const NamedTensors& inputs) {
          const Tensor logits = cast(net_(inputs).begin()->second, f32);
          if (logits.rank() != 3 || logits.extent(2) != tokens_) {
            throw ShapeError(fmt::format("translate: the output is {}; expected [rows,length,{}], a logit for "
                                         "each token that can be written",
                                         logits.shape().to_string(), tokens_));
          }
          // The positions that count are chosen before the softmax.
          const Tensor last = luge::equal(iota_like(inputs["previous"], 1),
                                    unsqueeze(inputs[std::string("previous") + data::kLength], 1) - 1);
          const Tensor chosen = sum(where(unsqueeze(last, 2), logits, 0), {1});
          return log_softmax(chosen);
        })) {}

  std::vector<float> next(const std::vector<Ids>& sources, std::span<const std::int64_t> of,
                          std::span<const Ids> ids) const {
    std::vector<float> all =
        forward_(inputs_for(sources, of, ids, rounded(static_cast<std::int64_t>(of.size()), kRows)))
            .template to_vector<float>();
    all.resize(of.size() * static_cast<std::size_t>(tokens_));
    return all;
  }
  // The output "attention" [written,read] of one text; empty where there is none.
  std::vector<float> attention(const Ids& source, const Ids& written) const {
    const std::vector<std::string> names = net_.output_names();
    if (std::ranges::find(names, "attention") == names.end()) return {};
    const std::int64_t one = 0;
    const Tensor all = cast(net_(inputs_for({source}, std::span(&one, 1), std::span(&written, 1), 1))["attention"], f32);
    const auto values = all.to_vector<float>();  // [1,T,S]
    const auto width = static_cast<std::size_t>(all.extent(2));
    std::vector<float> own;
    for (std::size_t row = 0; row <= written.size(); ++row) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(row * width);
      own.insert(own.end(), from, from + static_cast<std::ptrdiff_t>(source.size()));
    }
    return own;
  }

 private:
  static NamedTensors inputs_for(const std::vector<Ids>& sources, std::span<const std::int64_t> of,
                                 std::span<const Ids> ids, std::int64_t rows) {
    std::size_t read = 0;
    for (const Ids& each : sources) read = std::max(read, each.size());
    PaddedIds input(rows, rounded(static_cast<std::int64_t>(read), kExtents));
    PaddedIds previous(rows, rounded(static_cast<std::int64_t>(ids.front().size()) + 1, kExtents));
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      const std::size_t k = std::min(row, of.size() - 1);
      input.set(row, sources[static_cast<std::size_t>(of[k])]);
      Ids begun = {data::steps::kBeginToken};
      begun.insert(begun.end(), ids[k].begin(), ids[k].end());
      previous.set(row, begun);
    }
    NamedTensors all;
    input.put("input", all);
    previous.put("previous", all);
    return all;
  }

  const nn::Module& net_;
  std::int64_t tokens_;
  std::function<Tensor(const NamedTensors&)> forward_;
};

std::string text_of(const std::vector<std::string>& tokens, const Ids& ids) {
  std::string text;
  for (const std::int64_t id : ids) text += tokens[static_cast<std::size_t>(id)];
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

std::vector<Translated> translate(const nn::Module& net, const data::Recipe& recipe,
                                  const std::vector<std::string>& tokens,
                                  const std::vector<data::Record>& records, const SearchOptions& options,
                                  bool attention, const std::function<void()>& poll) {
  const nn::Probe probe(net, false);
  const auto count = static_cast<std::int64_t>(tokens.size());
  if (count <= data::steps::kEndToken)
    throw ValueError("translate: the file of the network does not name the tokens that it writes");
  std::vector<Ids> sources;
  for (const data::Record& record : records) {
    const data::Record ready = recipe.prediction(record);
    const auto ids = ready[data::kInput].as<std::int64_t>();
    sources.emplace_back(ids.begin(), ids.end());
  }
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sources[a].size() < sources[b].size(); });
  const Writer writer(net, count);
  std::vector<Translated> all(records.size());
  for (std::size_t from = 0; from < order.size(); from += kTogether) {
    if (poll) poll();
    const std::size_t stop = std::min(order.size(), from + static_cast<std::size_t>(kTogether));
    std::vector<Ids> batch;
    for (std::size_t k = from; k < stop; ++k) batch.push_back(sources[order[k]]);
    const auto found = beam_search(
        static_cast<std::int64_t>(batch.size()), count, data::steps::kEndToken,
        [&](std::span<const std::int64_t> of, std::span<const Ids> ids) { return writer.next(batch, of, ids); },
        options);
    for (std::size_t k = 0; k < batch.size(); ++k) {
      Translated& made = all[order[from + k]];
      made = {text_of(tokens, found[k].ids), found[k].log_probability, found[k].score, found[k].ended, {}, {}};
      for (const std::int64_t id : found[k].ids) made.to.push_back(tokens[static_cast<std::size_t>(id)]);
      if (found[k].ended) made.to.push_back(tokens[data::steps::kEndToken]);
      if (!attention) continue;
      made.from = data::steps::read_tokens(recipe, records[order[from + k]]);
      made.attention = writer.attention(batch[k], found[k].ids);
      made.attention.resize(std::min(made.attention.size(), made.to.size() * batch[k].size()));
    }
  }
  return all;
}

}  // namespace luge::tasks
