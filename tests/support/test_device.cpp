#include "support/test_device.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "backend/devices.h"
#include "backend/reference/instructions.h"
#include "backend/registry.h"
#include "luge/error.h"
#include "ops/attributes/fused.h"

namespace luge::testing {
namespace {

constexpr std::size_t kRegion = std::size_t{1} << 30;  // reserved addresses; pages come when they are written
constexpr std::size_t kPage = 4096;
constexpr int kFresh = 0xa5, kFreed = 0x5a;  // what nobody may rely on

int stream_word = 0;  // its address is the stream

DeviceCounts& counted() {
  static DeviceCounts counts;
  return counts;
}

class TestMemory final : public DeviceMemory {
 public:
  TestMemory() {
    void* region = ::mmap(nullptr, kRegion, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (region == MAP_FAILED) throw MemoryError("the test device cannot reserve its memory");
    region_ = static_cast<std::byte*>(region);
  }

  const Device& device() const override { return device_; }

  std::byte* allocate(std::size_t bytes) override {
    const Open open(*this);
    const std::size_t size = (bytes + 64 + kPage - 1) / kPage * kPage;
    auto& spare = free_[size];
    std::byte* data = nullptr;
    if (!spare.empty()) {
      data = spare.back();
      spare.pop_back();
    } else if (size <= kRegion - used_) {
      data = region_ + used_;
      used_ += size;
      allow(PROT_READ | PROT_WRITE);
    } else {
      throw MemoryError(fmt::format("cannot allocate {} bytes on the test device", bytes));
    }
    sizes_[data] = size;
    std::memset(data, kFresh, size);
    return data;
  }

  void release(std::byte* data) noexcept override {
    const Open open(*this);
    const auto found = sizes_.find(data);
    std::memset(data, kFreed, found->second);
    free_[found->second].push_back(data);
    sizes_.erase(found);
  }

  void copy_from_host(void* to, const void* from, std::size_t bytes, Stream stream) override {
    copy_now(to, from, bytes, stream, counted().from_host);
  }
  void copy_to_host(void* to, const void* from, std::size_t bytes, Stream stream) override {
    copy_now(to, from, bytes, stream, counted().to_host);
  }
  void copy(void* to, const void* from, std::size_t bytes, Stream stream) override {
    copy_now(to, from, bytes, stream, counted().within);
  }

  /// Access for as long as one lives.
  class Open {
   public:
    explicit Open(TestMemory& memory) : memory_(memory), lock_(memory.mutex_) {
      if (memory_.opened_++ == 0) memory_.allow(PROT_READ | PROT_WRITE);
    }
    ~Open() {
      if (--memory_.opened_ == 0) memory_.allow(PROT_NONE);
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

   private:
    TestMemory& memory_;
    std::lock_guard<std::recursive_mutex> lock_;
  };

 private:
  void allow(int rights) noexcept {
    if (used_) ::mprotect(region_, used_, rights);
  }

  void copy_now(void* to, const void* from, std::size_t bytes, Stream stream, std::uint64_t& count) {
    const Open open(*this);
    ++count;
    if (stream.handle == &stream_word) ++counted().streams;
    if (bytes) std::memcpy(to, from, bytes);
  }

  const Device device_ = test_device_name();
  std::byte* region_;
  std::size_t used_ = 0;
  int opened_ = 0;
  std::recursive_mutex mutex_;
  std::map<std::byte*, std::size_t> sizes_;
  std::map<std::size_t, std::vector<std::byte*>> free_;
};

TestMemory& memory_of_device() {
  static TestMemory& memory = *new TestMemory;
  return memory;
}

// Whose results have the same bytes on every machine: rounded once, whatever computes them.
bool is_exact(Instruction instruction) {
  static constexpr Instruction exact[] = {
      Instruction::copy,        Instruction::cast,          Instruction::neg,      Instruction::abs,
      Instruction::sqrt,        Instruction::square,        Instruction::relu,     Instruction::add,
      Instruction::sub,         Instruction::mul,           Instruction::div,      Instruction::minimum,
      Instruction::maximum,     Instruction::equal,         Instruction::less,     Instruction::less_equal,
      Instruction::greater,     Instruction::greater_equal, Instruction::select,   Instruction::relu_mask,
      Instruction::logical_and, Instruction::logical_or,    Instruction::not_equal};
  return std::find(std::begin(exact), std::end(exact), instruction) != std::end(exact);
}

class Loops final : public PreparedKernel {
 public:
  Loops(const std::vector<TileProgram>& programs, const KernelRequest& request) {
    for (const TileProgram& program : programs) {
      programs_.push_back({fused_attributes(program), program.operands.size(), program.outputs.size()});
    }
    for (const Type& type : request.in) in_.push_back({type});
    for (const Type& type : request.out) out_.push_back({type});
  }

  void run(const KernelCall& call) const override {
    const TestMemory::Open open(memory_of_device());
    ++counted().kernels;
    if (call.stream.handle == &stream_word) ++counted().streams;
    std::vector<View> in = in_, out = out_;
    for (std::size_t k = 0; k < in.size(); ++k) in[k].data = call.in[k];
    for (std::size_t k = 0; k < out.size(); ++k) out[k].data = call.out[k];
    std::span<View> in_left = in, out_left = out;
    for (const Part& part : programs_) {
      reference_fused(part.attributes,
                      {in_left.first(part.inputs), out_left.first(part.outputs), call.status});
      in_left = in_left.subspan(part.inputs);
      out_left = out_left.subspan(part.outputs);
    }
  }

 private:
  struct Part {
    FusedAttributes attributes;
    std::size_t inputs, outputs;
  };
  std::vector<Part> programs_;
  std::vector<View> in_, out_;
};

Offer offer_of(const std::vector<TileProgram>& programs, const KernelRequest& request) {
  if (!request.post.empty()) return refuse("takes no post-ops");
  for (const TileProgram& program : programs) {
    for (const TileLine& line : program.lines) {
      if (line.kind == TileLine::Kind::reduce) return refuse("sums in an order of its own");
      if (line.kind == TileLine::Kind::map && !is_exact(line.instruction))
        return refuse(fmt::format("{} may round in another way", name(line.instruction)));
    }
  }
  Offer offer;
  offer.note = fmt::format("{} parts", programs.size());
  offer.kernel = std::make_shared<Loops>(programs, request);
  return offer;
}

struct Elementwise final : Kernel {
  std::string_view name() const override { return "device loops"; }
  Offer offer(const KernelRequest& request) const override {
    return offer_of({tile_program(*request.op.attributes<FusedAttributes>())}, request);
  }
};

struct ElementwiseParts final : Kernel {
  std::string_view name() const override { return "device loops"; }
  Offer offer(const KernelRequest& request) const override {
    return offer_of(tile_programs(*request.op.attributes<FusedPartsAttributes>()), request);
  }
};

class TestDevice final : public Backend {
 public:
  TestDevice() {
    kernels_.add("fused", make_kernels<Elementwise>());
    kernels_.add("fused_parts", make_kernels<ElementwiseParts>());
  }
  std::string_view name() const override { return "test"; }
  std::span<const Kernel* const> candidates(std::string_view op) const override {
    return kernels_.kernels(op);
  }
  std::size_t bytes(LayoutId, const Type& type) const override {
    return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
  }
  std::string layout_name(LayoutId) const override { return "public"; }
  std::shared_ptr<const PreparedKernel> reorder(LayoutId, LayoutId, const Type&) const override {
    return nullptr;  // it has no other layout
  }
  std::string describe() const override { return "test device"; }
  DeviceMemory& memory() const override { return memory_of_device(); }
  Stream stream() const override { return {&stream_word}; }
  const Backend* fallback() const override { return &cpu_backend(); }

 private:
  KernelRegistry kernels_;
};

}  // namespace

const Backend& test_device() {
  static const Backend& device = [] {
    const Backend& made = *new TestDevice;
    register_backend(made);
    return std::ref(made);
  }();
  return device;
}

DeviceCounts counts() { return counted(); }

// The kernel copies on our behalf and says no instead of ending the process.
bool host_can_read(const void* address) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const bool readable = ::write(ends[1], address, 1) == 1;
  ::close(ends[0]);
  ::close(ends[1]);
  return readable;
}

}  // namespace luge::testing
