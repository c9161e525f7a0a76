// Class 34: a process that dies while it saves leaves the old file or the new one.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "io/files/atomic_file.h"
#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::TempDir;

constexpr std::size_t kElements = 50'000;

// Every element is `generation`, and so is the metadata: a mixture would show.
void save(const std::string& path, int generation) {
  const std::vector<float> values(kElements, static_cast<float>(generation));
  const TensorView tensor{"w", f32, {static_cast<std::int64_t>(kElements)}, std::as_bytes(std::span(values))};
  write_safetensors(path, std::span(&tensor, 1), {{"generation", std::to_string(generation)}});
}

int whole_generation(const std::string& path) {
  const SafetensorsFile file(path);
  std::vector<float> values(kElements);
  file.read("w", std::as_writable_bytes(std::span(values)));
  const int generation = std::stoi(file.metadata().at("generation"));
  for (const float value : values) {
    if (value != static_cast<float>(generation)) return -1;
  }
  return generation;
}

TEST(BadInput, C34_KilledWhileSaving) {
  const TempDir folder;
  const std::string path = folder.file("model.safetensors");
  save(path, 0);
  std::mt19937 random(1);
  int last = 0;
  for (int round = 0; round < 40; ++round) {
    int saved[2];  // a byte for each save that returned
    ASSERT_EQ(pipe(saved), 0);
    const pid_t child = fork();
    if (child == 0) {
      for (int generation = last + 1;; ++generation) {
        save(path, generation);
        if (write(saved[1], "s", 1) != 1) _exit(1);
      }
    }
    close(saved[1]);
    char byte;
    ASSERT_EQ(::read(saved[0], &byte, 1), 1);
    const timespec pause{0, static_cast<long>(random() % 8'000'000)};
    nanosleep(&pause, nullptr);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(saved[0]);
    const int generation = whole_generation(path);
    ASSERT_GT(generation, last) << "a save that returned is gone, round " << round;
    last = generation;
    remove_stale_temporaries(folder.path());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "round " << round;
  }
}

}  // namespace
}  // namespace luge::io
