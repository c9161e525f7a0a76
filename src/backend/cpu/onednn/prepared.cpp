#include "backend/cpu/onednn/prepared.h"

#include <fmt/format.h>
#include <omp.h>

#include "luge/error.h"

namespace luge::cpu::onednn {

ThreadScope::ThreadScope(int threads) : before_(omp_get_max_threads()) {
  if (threads != before_) omp_set_num_threads(threads);
}

ThreadScope::~ThreadScope() {
  if (omp_get_max_threads() != before_) omp_set_num_threads(before_);
}

MemorySource PrimitiveChain::book(std::size_t bytes) {
  const MemorySource source{MemorySource::Of::scratch, scratch_};
  scratch_ += (bytes + 63) / 64 * 64;
  return source;
}

void PrimitiveChain::add(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
                         std::vector<Argument> arguments) {
  if (const Desc scratchpad = desc.scratchpad_desc(); scratchpad.get_size() > 0) {
    arguments.push_back({DNNL_ARG_SCRATCHPAD, scratchpad, book(scratchpad.get_size())});
  }
  Stage stage{primitive, {}, {}};
  for (const Argument& argument : arguments) {
    stage.bound.push_back({dnnl::memory(argument.desc, engine(), DNNL_MEMORY_NONE), argument.source});
    stage.arguments.push_back({argument.id, stage.bound.back().memory.get()});
  }
  stages_.push_back(std::move(stage));
}

void PrimitiveChain::add_reorder(const Desc& from, MemorySource source, const Desc& to, MemorySource target) {
  primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc desc(engine(), from, engine(), to, attributes);
  add(desc, dnnl::reorder(desc), {{DNNL_ARG_FROM, from, source}, {DNNL_ARG_TO, to, target}});
}

void PrimitiveChain::run(const KernelCall& call) const {
  const ThreadScope scope(threads_);
  for (const Stage& stage : stages_) {
    for (const Bound& bound : stage.bound) {
      void* pointer = nullptr;
      switch (bound.source.of) {
        case MemorySource::Of::in: pointer = call.in[bound.source.index]; break;
        case MemorySource::Of::out: pointer = call.out[bound.source.index]; break;
        case MemorySource::Of::scratch:
          pointer = static_cast<char*>(call.scratch) + bound.source.index;
          break;
      }
      dnnl_memory_set_data_handle(bound.memory.get(), pointer);
    }
    const auto status =
        dnnl_primitive_execute(stage.primitive.get(), stream().get(),
                               static_cast<int>(stage.arguments.size()), stage.arguments.data());
    // Not an error of the data: the library itself could not run, which only lack of memory brings about.
    if (status != dnnl_success)
      throw MemoryError(fmt::format("oneDNN could not run a kernel (status {})", int{status}));
  }
}

}  // namespace luge::cpu::onednn
