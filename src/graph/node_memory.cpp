// The memory of nodes: a training step makes and frees hundreds.
#include <new>
#include <vector>

#include "graph/node.h"

namespace luge {
namespace {

// Blocks of one size, as many as a few large graphs need; each thread has its own.
class NodePool {
 public:
  ~NodePool() {
    for (void* block : blocks_) ::operator delete(block);
    gone_ = true;
  }
  static void* take() {
    NodePool& pool = local();
    if (gone_ || pool.blocks_.empty()) return ::operator new(sizeof(Node));
    void* block = pool.blocks_.back();
    pool.blocks_.pop_back();
    return block;
  }
  static void give(void* block) {
    constexpr std::size_t limit = 16384;
    // Nodes may outlive the pool of the thread that ends.
    if (gone_ || local().blocks_.size() >= limit) return ::operator delete(block);
    try {
      local().blocks_.push_back(block);
    } catch (const std::bad_alloc&) {  // nothing may fail where things end
      ::operator delete(block);
    }
  }

 private:
  static NodePool& local() {
    thread_local NodePool pool;
    return pool;
  }
  static thread_local bool gone_;
  std::vector<void*> blocks_;
};
thread_local bool NodePool::gone_ = false;

}  // namespace

void* Node::operator new(std::size_t) { return NodePool::take(); }
void Node::operator delete(void* memory) { NodePool::give(memory); }

}  // namespace luge
