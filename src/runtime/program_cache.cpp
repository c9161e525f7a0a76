#include "runtime/program_cache.h"

#include <atomic>
#include <list>
#include <unordered_map>

#include "compile/pipeline.h"
#include "core/threads.h"
#include "luge/compile.h"

namespace luge {
namespace {

std::atomic<Math> math_setting{Math::fast};
std::atomic<std::size_t> memory_setting{0};
std::atomic<std::uint64_t> compiled_programs{0};
std::atomic<std::uint64_t> programs_run{0};

constexpr std::size_t cache_limit = std::size_t{256} << 20;

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
    entries_.push_front(std::move(entry));
    index_.emplace(entries_.front().hash, entries_.begin());
    while (bytes_ > cache_limit && entries_.size() > 1) drop_oldest();
  }

 private:
  static bool same_ops(const std::vector<OpRef>& a, const std::vector<OpRef>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!a[i]->equal(*b[i])) return false;
    }
    return true;
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
    bytes_ -= last->bytes;
    entries_.erase(last);
  }

  std::list<Entry> entries_;  // newest use first
  std::unordered_multimap<std::uint64_t, std::list<Entry>::iterator> index_;
  std::size_t bytes_ = 0;
};

Cache& cache() {
  static Cache instance;
  return instance;
}

// What a Program itself takes, oneDNN's primitives estimated.
std::size_t footprint(const Program& program, const std::vector<std::uint64_t>& words) {
  std::size_t bytes = words.size() * sizeof(std::uint64_t) + program.values.size() * sizeof(ProgramValue);
  for (const ProgramStep& step : program.steps) bytes += sizeof step + 4096 + step.note.size();
  for (const BufferRef& constant : program.constants) bytes += constant->bytes();
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
std::uint64_t compilations() { return compiled_programs; }
std::uint64_t program_runs() { return programs_run; }

std::shared_ptr<const Program> program_for(const Subgraph& subgraph) {
  thread_local std::vector<std::uint64_t> words;
  thread_local std::vector<OpRef> ops;
  words.clear();
  ops.clear();
  words.push_back(static_cast<std::uint64_t>(thread_count()) << 8 | static_cast<std::uint64_t>(math()));
  words.push_back(memory_limit());
  subgraph.write_key(words, ops);
  std::uint64_t hash = 0;
  for (std::uint64_t word : words) fields_detail::mix(hash, word);
  if (auto program = cache().find(hash, words, ops)) {
    ops.clear();
    return program;
  }
  auto key_words = words;  // compiling may evaluate constants, which uses the buffers above
  auto key_ops = std::move(ops);
  auto program = compile_now(subgraph);
  const std::size_t bytes = footprint(*program, key_words);
  cache().insert({hash, std::move(key_words), std::move(key_ops), program, bytes});
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

}  // namespace

std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves) {
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
  // What will be overwritten in place has no copies in other layouts any more.
  for (const int replaced : program.replaces) {
    if (replaced < 0) continue;
    const BufferRef& buffer = leaves[static_cast<std::size_t>(replaced)].buffer;
    if (buffer && buffer.use_count() == 1) buffer->packed.clear();
  }
  ++programs_run;
  return program.run(leaves);
}

}  // namespace luge
