#include "runtime/program_cache.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <unordered_map>

#include "compile/pipeline.h"
#include "core/heap.h"
#include "core/lease.h"
#include "core/threads.h"
#include "luge/compile.h"

namespace luge {
namespace {

std::atomic<Math> math_setting{Math::fast};
std::atomic<std::size_t> memory_setting{0};
std::atomic<Precision> precision_setting{Precision::f32};
std::atomic<bool> narrow_always{false};
std::atomic<std::uint64_t> compiled_programs{0};
std::atomic<std::uint64_t> programs_run{0};

struct Entry {
  std::uint64_t hash;
  std::vector<std::uint64_t> words;
  std::vector<OpRef> ops;
  std::shared_ptr<const Program> program;
  std::size_t bytes;
};

class Cache {
 public:
  std::shared_ptr<const Program> find(std::uint64_t hash, const std::vector<std::uint64_t>& words,
                                      const std::vector<OpRef>& ops) {
    auto [begin, end] = index_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      const Entry& entry = *it->second;
      if (entry.words != words || !same_ops(entry.ops, ops)) continue;
      entries_.splice(entries_.begin(), entries_, it->second);
      return entry.program;
    }
    return nullptr;
  }

  void insert(Entry entry) {
    bytes_ += entry.bytes;
    heap_was_churned(entry.bytes);
    entries_.push_front(std::move(entry));
    index_.emplace(entries_.front().hash, entries_.begin());
    places_.emplace(entries_.front().program.get(), entries_.begin());
    shrink();
  }

  void use(const Program& program) {
    const auto place = places_.find(&program);
    if (place != places_.end()) entries_.splice(entries_.begin(), entries_, place->second);
  }

  std::size_t bytes() const { return bytes_; }
  std::size_t limit() const { return limit_; }
  void set_limit(std::size_t bytes) {
    limit_ = bytes;
    shrink();
  }

 private:
  static bool same_ops(const std::vector<OpRef>& a, const std::vector<OpRef>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!a[i]->equal(*b[i])) return false;
    }
    return true;
  }

  void shrink() {
    while (bytes_ > limit_ && entries_.size() > 1) drop_oldest();
  }

  void drop_oldest() {
    const auto last = std::prev(entries_.end());
    auto [begin, end] = index_.equal_range(last->hash);
    for (auto it = begin; it != end; ++it) {
      if (it->second == last) {
        index_.erase(it);
        break;
      }
    }
    places_.erase(last->program.get());
    bytes_ -= last->bytes;
    const std::size_t bytes = last->bytes;
    entries_.erase(last);
    heap_was_churned(bytes);
  }

  std::list<Entry> entries_;  // newest use first
  std::unordered_multimap<std::uint64_t, std::list<Entry>::iterator> index_;
  std::unordered_map<const Program*, std::list<Entry>::iterator> places_;
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
std::size_t footprint(const Program& program, const std::vector<std::uint64_t>& words) {
  std::size_t bytes = words.size() * sizeof(std::uint64_t) + program.values.size() * sizeof(ProgramValue);
  for (const ProgramStep& step : program.steps) bytes += sizeof step + step_bytes + step.note.size();
  for (const BufferRef& constant : program.constants) bytes += constant->bytes();
  if (program.kept.program) bytes += footprint(*program.kept.program, {});
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
  compiler::Options options;
  options.math = math();
  options.precision = precision();
  options.always_narrow = narrow_always;
  options.threads = thread_count();
  options.memory = memory_limit();
  const compiler::Graph graph = compiler::specialize(roots, leaves, subgraph.leaf_types, std::move(replaces));
  ++compiled_programs;
  return compiler::compile(graph, options);
}

}  // namespace

void set_math(Math math) { math_setting = math; }
Math math() { return math_setting; }
void set_memory_limit(std::size_t bytes) { memory_setting = bytes; }
std::size_t memory_limit() { return memory_setting; }
void set_precision(Precision precision) { precision_setting = precision; }
void set_always_narrow(bool on) { narrow_always = on; }
Precision precision() { return precision_setting; }
std::uint64_t compilations() { return compiled_programs; }
std::uint64_t program_runs() { return programs_run; }

namespace {

struct KeyParts {
  std::vector<std::uint64_t> words;
  std::vector<OpRef> ops;
  void clear() {
    words.clear();
    ops.clear();
  }
};

}  // namespace

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
  const Lease<KeyParts> key;
  auto& [words, ops] = *key;
  words.push_back(static_cast<std::uint64_t>(thread_count()) << 8 |
                  static_cast<std::uint64_t>(narrow_always) << 5 |
                  static_cast<std::uint64_t>(precision()) << 4 | static_cast<std::uint64_t>(math()));
  words.push_back(memory_limit());
  subgraph.write_key(words, ops);
  std::uint64_t hash = 0;
  for (std::uint64_t word : words) fields_detail::mix(hash, word);
  if (auto program = cache().find(hash, words, ops)) return program;
  auto program = compile_now(subgraph);
  const std::size_t bytes = footprint(*program, words);
  cache().insert({hash, words, ops, program, bytes});
  return program;
}

std::shared_ptr<const Program> ProgramHandle::use() const {
  auto program = program_.lock();
  if (program) cache().use(*program);
  return program;
}

BoundLeaf bound(Edge leaf) {
  const Node* node = leaf.node;
  BoundLeaf result;
  result.buffer = node->outputs[static_cast<std::size_t>(leaf.out)].value;
  result.words[0] = node->words[0];
  result.words[1] = node->words[1];
  return result;
}

namespace {

BufferRef in_layout(const BufferRef& buffer, const ProgramValue& value, const Backend& backend) {
  for (const auto& packed : buffer->packed) {
    if (packed->layout() == value.layout) return packed;
  }
  auto copy = std::make_shared<Buffer>(backend.bytes(value.layout, value.type), value.layout);
  Status status;
  void* in[] = {buffer->data()};
  void* out[] = {copy->data()};
  const auto kernel = backend.reorder(buffer->layout(), value.layout, value.type);
  kernel->run({in, out, nullptr, &status});
  return copy;
}

void bind_layouts(const Program& program, std::vector<BoundLeaf>& leaves) {
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const int input = program.inputs[k];
    if (input < 0 || !leaves[k].buffer) continue;
    const ProgramValue& value = program.values[static_cast<std::size_t>(input)];
    BufferRef& buffer = leaves[k].buffer;
    if (buffer->layout() == value.layout) continue;
    BufferRef converted = in_layout(buffer, value, *program.backend);
    // A buffer others hold will be asked for again: keep the converted copy beside it.
    if (buffer.use_count() > 1) buffer->packed.push_back(converted);
    buffer = std::move(converted);
  }
}

// Values computed from some buffers, kept among the copies of each of them: whoever overwrites one of the
// buffers drops its copies, and then they are found beside all of them no more.
struct KeptValues : Buffer {
  explicit KeptValues(LayoutId id) : Buffer(0, id) {}
  std::vector<const Buffer*> from;
  std::vector<BufferRef> values;
};

// No layout of a backend has such an id.
LayoutId kept_id(const std::string& text) {
  static auto& ids = *new std::unordered_map<std::string, LayoutId>;
  return ids.emplace(text, 0xe0000000u + static_cast<LayoutId>(ids.size())).first->second;
}

std::shared_ptr<KeptValues> find_kept(const std::vector<BoundLeaf>& from, LayoutId id) {
  BufferRef common;
  for (const BoundLeaf& leaf : from) {
    const auto& copies = leaf.buffer->packed;
    const auto found = std::find_if(copies.begin(), copies.end(),
                                    [&](const BufferRef& copy) { return copy->layout() == id; });
    if (found == copies.end() || (common && *found != common)) return nullptr;
    common = *found;
  }
  const auto kept = std::static_pointer_cast<KeptValues>(common);
  const auto is_same = [](const BoundLeaf& leaf, const Buffer* buffer) {
    return leaf.buffer.get() == buffer;
  };
  return std::equal(from.begin(), from.end(), kept->from.begin(), kept->from.end(), is_same) ? kept : nullptr;
}

std::shared_ptr<KeptValues> compute_kept(const Program& program, const std::vector<BoundLeaf>& from,
                                         LayoutId id) {
  const auto fresh = std::make_shared<KeptValues>(id);
  std::vector<BoundLeaf> leaves = from;
  bind_layouts(program, leaves);
  fresh->values = program.run(leaves);
  for (const BoundLeaf& leaf : from) {
    std::erase_if(leaf.buffer->packed, [&](const BufferRef& copy) { return copy->layout() == id; });
    leaf.buffer->packed.push_back(fresh);
    fresh->from.push_back(leaf.buffer.get());
  }
  return fresh;
}

// A program with values that are kept changes no Variable, so nothing is overwritten.
std::vector<BufferRef> run_with_kept(const Program& program, const std::vector<BoundLeaf>& bound) {
  std::vector<BoundLeaf> from, leaves = bound;
  for (const int leaf : program.kept.leaves) from.push_back(bound[static_cast<std::size_t>(leaf)]);
  const LayoutId id = kept_id(program.kept.text);
  auto kept = find_kept(from, id);
  if (!kept) kept = compute_kept(*program.kept.program, from, id);
  for (const BufferRef& value : kept->values) leaves.push_back({value});
  bind_layouts(program, leaves);
  // What was converted is wanted in that layout from now on.
  for (std::size_t k = 0; k < kept->values.size(); ++k) {
    BufferRef& value = kept->values[k];
    if (value->layout() == public_layout) value = leaves[bound.size() + k].buffer;
  }
  return program.run(leaves);
}

}  // namespace

std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves) {
  ++programs_run;
  if (program.kept.program) return run_with_kept(program, leaves);
  bind_layouts(program, leaves);
  // What will be overwritten in place has no copies in other layouts any more.
  for (const int replaced : program.replaces) {
    if (replaced < 0) continue;
    const BufferRef& buffer = leaves[static_cast<std::size_t>(replaced)].buffer;
    if (buffer && buffer.use_count() == 1) buffer->packed.clear();
  }
  return program.run(leaves);
}

}  // namespace luge
