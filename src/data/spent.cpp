#include "data/spent.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace luge::data {
namespace {

constexpr std::size_t kLeast = std::size_t{1} << 16;   // bytes: less is not worth the lock
constexpr std::size_t kMost = std::size_t{256} << 20;  // bytes of all blocks
constexpr std::size_t kBlocks = 6;                     // as many as loaders read ahead, and a few

struct Spent {
  std::mutex mutex;
  std::vector<std::vector<std::byte>> blocks;  // the latest is last
  std::size_t bytes = 0;
};
Spent& spent() {
  static auto& all = *new Spent;
  return all;
}

}  // namespace

std::vector<std::byte> take_spent(std::size_t bytes) {
  if (bytes >= kLeast && bytes <= kMost) {
    Spent& all = spent();
    const std::lock_guard lock(all.mutex);
    const auto found = std::find_if(all.blocks.rbegin(), all.blocks.rend(),
                                    [bytes](const auto& block) { return block.size() == bytes; });
    if (found != all.blocks.rend()) {
      std::vector<std::byte> taken = std::move(*found);
      all.blocks.erase(std::next(found).base());
      all.bytes -= bytes;
      return taken;
    }
  }
  return std::vector<std::byte>(bytes);
}

void give_back(HostBatch batch) {
  for (const std::string& name : batch.values.schema().names()) {
    std::vector<std::byte> block = std::move(batch.values[name].bytes);
    if (block.size() < kLeast || block.size() > kMost) continue;
    Spent& all = spent();
    const std::lock_guard lock(all.mutex);
    all.bytes += block.size();
    all.blocks.push_back(std::move(block));
    while (all.blocks.size() > kBlocks || all.bytes > kMost) {
      all.bytes -= all.blocks.front().size();
      all.blocks.erase(all.blocks.begin());
    }
  }
}

}  // namespace luge::data
