// bpe: byte pair encoding (Sennrich et al. 2016) of bytes, so that no text is unknown. Ids 0 to 255 are the
// bytes; id 256 + k is the pair of ids that was merged as number k.
#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "data/tokenizers/members.h"

/// Where a text is cut before pairs are counted.
namespace luge::data {
enum class BpeSplit : std::uint8_t { none, spaces };
}
template <>
struct luge::options::Names<luge::data::BpeSplit> {
  static constexpr std::pair<luge::data::BpeSplit, const char*> all[] = {
      {luge::data::BpeSplit::none, "none"}, {luge::data::BpeSplit::spaces, "spaces"}};
};

namespace luge::data {
namespace {

constexpr std::int64_t kBytes = 256, kMostMerges = 1000000;

struct BpeOptions : SpecialOptions {
  std::int64_t merges = 1000;
  BpeSplit split = BpeSplit::spaces;
  static void fields(auto& self, auto&& field) {
    field("merges", self.merges, "most pairs that are merged; the ids are 256 more",
          options::within(0, kMostMerges));
    field("split", self.split, "where texts are cut first: spaces, before each run of them, or none");
    common(self, field);
  }
};
struct KnownPairs : BpeOptions {
  bool learned = false;
  std::vector<std::int64_t> pairs = {};  // two ids for each merge, one merge after the other
  static void fields(auto& self, auto&& field) {
    BpeOptions::fields(self, field);
    field("learned", self.learned, "pairs were counted");
    field("pairs", self.pairs, "the merged ids");
  }
};

using Pair = std::pair<std::int64_t, std::int64_t>;

bool begins_piece(std::string_view text, std::size_t at) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  return blank(text[at]) && !blank(text[at - 1]);
}

// Calls `each` with the pieces between which nothing is merged.
void cut_text(std::string_view text, BpeSplit split, auto&& each) {
  std::size_t from = 0;
  for (std::size_t at = 1; split == BpeSplit::spaces && at < text.size(); ++at) {
    if (!begins_piece(text, at)) continue;
    each(text.substr(from, at - from));
    from = at;
  }
  if (from < text.size()) each(text.substr(from));
}

std::vector<std::int64_t> byte_ids(std::string_view text) {
  std::vector<std::int64_t> ids;
  for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
  return ids;
}

// Counts pairs in pieces, and keeps the counts right as pairs are merged.
class PairCounts {
 public:
  explicit PairCounts(const std::map<std::string, std::int64_t, std::less<>>& pieces) {
    for (const auto& [text, count] : pieces) {
      pieces_.push_back({byte_ids(text), count});
      add(pieces_.size() - 1, 1);
    }
  }
  // The pair of the highest count; of several, the one of the lowest ids. Null when no pair is there twice.
  const Pair* best() const {
    const Pair* found = nullptr;
    std::int64_t most = 1;
    for (const auto& [pair, count] : counts_) {
      if (count > most) found = &pair, most = count;
    }
    return found;
  }
  void merge(Pair pair, std::int64_t id) {
    for (const std::size_t at : std::set<std::size_t>(where_[pair])) {
      add(at, -1);
      std::vector<std::int64_t>& ids = pieces_[at].ids;
      std::size_t to = 0;
      for (std::size_t k = 0; k < ids.size(); ++k, ++to) {
        const bool here = k + 1 < ids.size() && ids[k] == pair.first && ids[k + 1] == pair.second;
        ids[to] = here ? id : ids[k];
        k += here ? 1 : 0;
      }
      ids.resize(to);
      add(at, 1);
    }
  }

 private:
  struct Piece {
    std::vector<std::int64_t> ids;
    std::int64_t count;
  };
  void add(std::size_t at, std::int64_t sign) {
    const Piece& piece = pieces_[at];
    for (std::size_t k = 0; k + 1 < piece.ids.size(); ++k) {
      const Pair pair{piece.ids[k], piece.ids[k + 1]};
      const auto count = counts_.emplace(pair, 0).first;
      count->second += sign * piece.count;
      if (sign > 0) {
        where_[pair].insert(at);
      } else if (count->second == 0) {
        counts_.erase(count);
        where_.erase(pair);
      }
    }
  }
  std::vector<Piece> pieces_;
  std::map<Pair, std::int64_t> counts_;
  std::map<Pair, std::set<std::size_t>> where_;  // pieces that have or had the pair
};

class BpeTokenizer final : public TokenizerWith<BpeTokenizer, BpeOptions, KnownPairs> {
 public:
  static constexpr const char *kName = "bpe",
                              *kDescription = "pairs of bytes that are frequent, merged again and again";
  explicit BpeTokenizer(KnownPairs state) : TokenizerWith(std::move(state)) {
    for (std::int64_t k = 0; k < kBytes; ++k) pieces_.emplace_back(1, static_cast<char>(k));
    if (state_.pairs.size() % 2 != 0) throw FormatError("tokenizer bpe: a pair of ids is not complete");
    for (std::size_t k = 0; k < state_.pairs.size(); k += 2) {
      const Pair pair{state_.pairs[k], state_.pairs[k + 1]};
      const auto next = static_cast<std::int64_t>(pieces_.size());
      if (std::min(pair.first, pair.second) < 0 || std::max(pair.first, pair.second) >= next)
        throw FormatError(fmt::format("tokenizer bpe: the pair {} {} of id {} has an id that comes later",
                                      pair.first, pair.second, next));
      constexpr std::size_t kLongest = 1 << 16;  // a damaged file could double the length each time
      std::string piece = text_of(pair.first) + text_of(pair.second);
      if (piece.size() > kLongest || !ranks_.emplace(pair, next).second)
        throw FormatError(fmt::format("tokenizer bpe: the pair {} {} of id {} is there twice or longer than "
                                      "{} bytes",
                                      pair.first, pair.second, next, kLongest));
      pieces_.push_back(std::move(piece));
    }
  }
  TokenizerRef fit(const Texts& texts) const override {
    std::map<std::string, std::int64_t, std::less<>> counts;
    texts([&](std::string_view text) {
      check_text(kName, text);
      cut_text(text, state_.split, [&](std::string_view piece) {
        const auto found = counts.find(piece);
        found == counts.end() ? void(counts.emplace(piece, 1)) : void(++found->second);
      });
    });
    if (counts.empty()) throw ValueError("tokenizer bpe: the texts are empty");
    KnownPairs fitted = state_;
    fitted.learned = true;
    fitted.pairs.clear();
    PairCounts pairs(counts);
    for (std::int64_t k = 0; k < state_.merges; ++k) {
      const Pair* best = pairs.best();
      if (!best) break;
      const Pair pair = *best;
      fitted.pairs.insert(fitted.pairs.end(), {pair.first, pair.second});
      pairs.merge(pair, kBytes + k);
    }
    return std::make_shared<const BpeTokenizer>(std::move(fitted));
  }

 protected:
  std::int64_t plain_size() const override {
    return state_.learned ? static_cast<std::int64_t>(pieces_.size()) : 0;
  }
  std::vector<std::int64_t> encode_plain(std::string_view text) const override {
    std::vector<std::int64_t> all;
    cut_text(text, state_.split, [&](std::string_view piece) {
      const std::vector<std::int64_t> ids = merged(byte_ids(piece));
      all.insert(all.end(), ids.begin(), ids.end());
    });
    return all;
  }
  std::string plain_bytes(std::int64_t id, bool) const override { return text_of(id); }
  std::string plain_piece(std::int64_t id) const override {
    const std::string& text = text_of(id);
    if (first_invalid_utf8(text) == std::string_view::npos) return text;
    std::string shown;
    for (const char c : text) shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    return shown;
  }

 private:
  const std::string& text_of(std::int64_t id) const { return pieces_[static_cast<std::size_t>(id)]; }

  // The pairs that were learned first are merged first, from left to right: a queue of pairs over a linked
  // list of ids, so that a long piece takes no longer than it must.
  std::vector<std::int64_t> merged(std::vector<std::int64_t> ids) const {
    const auto n = static_cast<std::int64_t>(ids.size());
    const auto at = [](std::int64_t k) { return static_cast<std::size_t>(k); };
    std::vector<std::int64_t> before(ids.size()), after(ids.size());
    for (std::int64_t k = 0; k < n; ++k) before[at(k)] = k - 1, after[at(k)] = k + 1;
    using Entry = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // new id, left, position right
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    const auto offer = [&](std::int64_t left) {
      if (left < 0 || after[at(left)] >= n) return;
      const auto found = ranks_.find({ids[at(left)], ids[at(after[at(left)])]});
      if (found != ranks_.end()) queue.emplace(found->second, left, after[at(left)]);
    };
    for (std::int64_t k = 0; k + 1 < n; ++k) offer(k);
    while (!queue.empty()) {
      const auto [id, left, right] = queue.top();
      queue.pop();
      if (ids[at(left)] < 0 || after[at(left)] != right) continue;  // one of them was merged meanwhile
      const auto found = ranks_.find({ids[at(left)], ids[at(right)]});
      if (found == ranks_.end() || found->second != id) continue;
      ids[at(left)] = id, ids[at(right)] = -1;
      after[at(left)] = after[at(right)];
      if (after[at(left)] < n) before[at(after[at(left)])] = left;
      offer(left), offer(before[at(left)]);
    }
    std::erase(ids, -1);
    return ids;
  }

  std::vector<std::string> pieces_;
  std::map<Pair, std::int64_t> ranks_;
};

const bool added_bpe = BpeTokenizer::add();

}  // namespace
}  // namespace luge::data
