#include "runtime/program_cache.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

#include "compile/pipeline.h"
#include "core/heap.h"
#include "core/lease.h"
#include "luge/compile.h"
#include "runtime/settings.h"

namespace luge {
namespace {

std::atomic<std::uint64_t> compiled_programs{0};

/// What decides which Program it is: equal keys, equal Programs.
struct Key {
  std::vector<std::uint64_t> words;
  std::vector<OpRef> ops;

  void clear() {
    words.clear();
    ops.clear();
  }
  std::uint64_t hash() const {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) fields_detail::mix(hash, word);
    return hash;
  }
  bool equals(const Key& other) const {
    return words == other.words && std::equal(ops.begin(), ops.end(), other.ops.begin(), other.ops.end(),
                                              [](const OpRef& a, const OpRef& b) { return a->equal(*b); });
  }
};

void write_key(const Subgraph& subgraph, Key& key) {
  settings().write_key(key.words);
  key.words.push_back(memory_limit());
  subgraph.write_key(key.words, key.ops);
}

class Cache {
 public:
  struct Entry {
    std::uint64_t hash;
    Key key;
    std::shared_ptr<const Program> program;
    std::size_t bytes;
  };

  std::shared_ptr<const Program> find(std::uint64_t hash, const Key& key) {
    auto [begin, end] = by_hash_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (!it->second->key.equals(key)) continue;
      entries_.splice(entries_.begin(), entries_, it->second);
      return it->second->program;
    }
    return nullptr;
  }

  void insert(Entry entry) {
    bytes_ += entry.bytes;
    heap_was_churned(entry.bytes);
    entries_.push_front(std::move(entry));
    by_hash_.emplace(entries_.front().hash, entries_.begin());
    by_program_.emplace(entries_.front().program.get(), entries_.begin());
    shrink();
  }

  void use(const Program& program) {
    const auto found = by_program_.find(&program);
    if (found != by_program_.end()) entries_.splice(entries_.begin(), entries_, found->second);
  }

  std::size_t bytes() const { return bytes_; }
  std::size_t limit() const { return limit_; }
  void set_limit(std::size_t bytes) {
    limit_ = bytes;
    shrink();
  }

 private:
  void shrink() {
    while (bytes_ > limit_ && entries_.size() > 1) drop_oldest();
  }

  void drop_oldest() {
    const auto last = std::prev(entries_.end());
    auto [begin, end] = by_hash_.equal_range(last->hash);
    const auto found = std::find_if(begin, end, [&](const auto& each) { return each.second == last; });
    if (found != end) by_hash_.erase(found);
    by_program_.erase(last->program.get());
    bytes_ -= last->bytes;
    const std::size_t bytes = last->bytes;
    entries_.erase(last);
    heap_was_churned(bytes);
  }

  std::list<Entry> entries_;  // the latest used first
  std::unordered_multimap<std::uint64_t, std::list<Entry>::iterator> by_hash_;
  std::unordered_map<const Program*, std::list<Entry>::iterator> by_program_;
  std::size_t bytes_ = 0;
  std::size_t limit_ = std::size_t{128} << 20;
};

Cache& cache() {
  static Cache& instance = *new Cache;  // never destroyed: static destructors may evaluate
  return instance;
}

// What a step's kernel, its generated code, its oneDNN primitives and its share of the graph take on average,
// as measured; tests/runtime/program_cache_test.cpp holds it against what becomes resident.
constexpr std::size_t step_bytes = 40960;

// What a Program takes: what cannot be counted is estimated.
std::size_t footprint(const Program& program) {
  std::size_t bytes = program.values.size() * sizeof(ProgramValue);
  for (const ProgramStep& step : program.steps) {
    bytes += sizeof step + step_bytes + step.note.size();
    for (const auto& [name, part] : step.parts) bytes += footprint(*part);
  }
  for (const BufferRef& constant : program.constants) bytes += constant->bytes();
  if (program.prepack.program) bytes += footprint(*program.prepack.program);
  return bytes;
}

std::shared_ptr<const Program> compile_now(const Subgraph& subgraph) {
  const Building building;
  Tensors roots, leaves;
  std::vector<int> replaces;
  for (const Root& root : subgraph.roots) {
    roots.emplace_back(root.edge.node, root.edge.out);
    replaces.push_back(root.replaces);
  }
  for (const Edge& leaf : subgraph.leaves) leaves.emplace_back(leaf.node, leaf.out);
  const Settings present = settings();
  compiler::Options options;
  options.backend = present.backend;
  options.math = present.math;
  options.precision = present.precision;
  options.always_bf16 = present.always_bf16;
  options.threads = present.threads;
  options.memory = memory_limit();
  const compiler::Graph graph = compiler::specialize(roots, leaves, subgraph.leaf_types, std::move(replaces));
  ++compiled_programs;
  return compiler::compile(graph, options);
}

}  // namespace

std::uint64_t compilations() { return compiled_programs; }

std::size_t cached_bytes() {
  const std::lock_guard lock(engine_mutex());
  return cache().bytes();
}
std::size_t cache_limit() {
  const std::lock_guard lock(engine_mutex());
  return cache().limit();
}
void set_cache_limit(std::size_t bytes) {
  const std::lock_guard lock(engine_mutex());
  cache().set_limit(bytes);
}

std::shared_ptr<const Program> program_for(const Subgraph& subgraph) {
  const Lease<Key> key;
  write_key(subgraph, *key);
  const std::uint64_t hash = key->hash();
  if (auto program = cache().find(hash, *key)) return program;
  auto program = compile_now(subgraph);
  const std::size_t bytes = footprint(*program) + key->words.size() * sizeof(std::uint64_t);
  cache().insert({hash, *key, program, bytes});
  return program;
}

std::shared_ptr<const Program> ProgramHandle::use() const {
  auto program = program_.lock();
  if (program) cache().use(*program);
  return program;
}

}  // namespace luge
