// luge_two_writers atomic|naive FILE STEPS: a training that writes a checkpoint after every step, either as
// Luge does or as programs often do: the old file is cut and the new bytes are put into it. It goes on from
// FILE where that can be read, else from the beginning.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "io/files/atomic_file.h"
#include "luge/data/sources.h"
#include "luge/error.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/temp_dir.h"

namespace {

using namespace luge;

// The bytes of a checkpoint, written over the old ones in pieces.
void write_naively(const train::Trainer& trainer, const std::string& path) {
  const std::filesystem::path other = path + ".bytes";
  {
    const io::WithoutSync quick(other);
    trainer.save(other.string());
  }
  const std::string bytes = testing::read_file(other);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  for (std::size_t at = 0; at < bytes.size(); at += 4096) {
    if (::write(file, bytes.data() + at, std::min<std::size_t>(4096, bytes.size() - at)) < 0) std::abort();
  }
  ::close(file);
}

struct Save final : train::Callback {
  Save(bool naive, std::string path) : naive_(naive), path_(std::move(path)) {}
  void step_end(train::Fit& fit) override {
    naive_ ? write_naively(*fit.trainer, path_) : fit.trainer->save(path_);
  }
  bool naive_;
  std::string path_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  random::seed(1);
  std::vector<float> inputs(std::size_t{64} * 8);
  std::vector<std::int64_t> labels(64);
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = static_cast<float>(i * 37 % 19) - 9;
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 4);
  const data::Dataset samples = data::tensors(tensor(inputs, {64, 8}), tensor(labels, {64}));
  train::Trainer trainer(nn::sequential(nn::Linear(512), nn::Linear(4)), loss::SoftmaxCrossEntropy(),
                         optim::Adam(1e-3));
  trainer.prepare(samples.info());
  const std::string path = words[2];
  try {
    trainer.restore(path);
  } catch (const Error&) {  // none, or none that can be read: from the beginning
  }
  const std::int64_t steps = std::atoll(words[3]);
  trainer.fit(samples.shuffle({.seed = 2}).batch(8),
              {.epochs = 1 << 20,
               .callbacks = {std::make_shared<Save>(words[1] == std::string("naive"), path)},
               .steps = steps});
  return 0;
}
