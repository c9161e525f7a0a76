// luge new DIR: a CMake project with a model, a program that trains it and one that uses it.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "cli/command.h"
#include "cli/output.h"
#include "io/files/atomic_file.h"

namespace luge::cli {
namespace {

namespace fs = std::filesystem;

struct Template {
  std::string_view name;
  std::string_view text;  // NAME represents the project's name
};

constexpr std::array templates = {
    Template{"CMakeLists.txt", R"(cmake_minimum_required(VERSION 3.25)
project(NAME LANGUAGES CXX)

find_package(luge REQUIRED)

add_executable(train train.cpp)
target_link_libraries(train PRIVATE luge::luge)
add_executable(predict predict.cpp)
target_link_libraries(predict PRIVATE luge::luge)
)"},
    Template{"model.h", R"(// The network: change it here, and both programs follow.
#pragma once

#include <luge/luge.h>

inline auto network() {
  using namespace luge;
  return nn::sequential(nn::Conv2d(16, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Conv2d(32, {.kernel = 3, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                        nn::Flatten(), nn::Linear(128), nn::Relu(), nn::Dropout(0.5), nn::Linear(10));
}
)"},
    Template{
        "train.cpp",
        R"(// Trains the network and writes it, graph and weights, to model.safetensors. Usage: train [EPOCHS]
#include <cstdlib>
#include <iostream>

#include "model.h"

using namespace luge;

int main(int count, char** arguments) {
  random::seed(42);
  auto [train, test] = data::fashion_mnist();
  auto [fit, valid] = train.split(0.9);  // choose on the validation part; the test part is looked at once

  auto net = network();
  train::Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(1e-3), {.metrics = {metrics::Accuracy()}});
  const int epochs = count > 1 ? std::atoi(arguments[1]) : 5;
  trainer.fit(fit.shuffle().batch(64),
              {.epochs = epochs, .validation = valid.batch(256), .callbacks = {train::progress_bar(std::cerr)}});

  std::cout << "test: " << trainer.evaluate(test.batch(256)) << '\n';
  net.save("model.safetensors");
}
)"},
    Template{"predict.cpp",
             R"(// Asks the trained network about the first test pictures. Usage: predict [FILE]
#include <iostream>

#include <luge/luge.h>

using namespace luge;

int main(int count, char** arguments) {
  auto net = nn::load(count > 1 ? arguments[1] : "model.safetensors");
  const auto test = data::fashion_mnist().test.take(10);
  for (auto [image, label] : test.batch(1)) {
    // The data set is scaled as the training saw it; for a raw picture, 0 to 255, net.predict scales as the file says.
    const auto answer = argmax(net(image), 1).item<int64_t>();
    std::cout << "label " << label.item<int64_t>() << ", predicted " << answer << '\n';
  }
}
)"},
    Template{"README.md", R"(# NAME

    cmake -B build -DCMAKE_BUILD_TYPE=Release
    cmake --build build
    ./build/train
    ./build/predict

The network is in `model.h`. `luge predict model=model.safetensors input=PICTURE.png` reads the trained file too.
Where Luge is not installed in a standard folder, tell CMake: `-DCMAKE_PREFIX_PATH=FOLDER`.
)"},
};

std::string filled(std::string_view text, const std::string& name) {
  std::string result(text);
  for (std::size_t at = result.find("NAME"); at != std::string::npos;
       at = result.find("NAME", at + name.size())) {
    result.replace(at, 4, name);
  }
  return result;
}

// A name that CMake takes for a project.
std::string project_name(const fs::path& folder) {
  std::string name;
  for (char c : folder.filename().string())
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : '_';
  return name;
}

struct Installation {
  fs::path prefix;  // for CMAKE_PREFIX_PATH
  fs::path build;   // the build tree to install there first; empty where this command is installed
};

// Where find_package(luge) will find this very Luge.
Installation installation() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error && fs::exists(folder / "cmake_install.cmake")) return {fs::absolute("luge-installed"), folder};
  return {error ? fs::path("/usr/local") : folder.parent_path(), {}};
}

int make_project(const Arguments& arguments) {
  if (arguments.positional().empty())
    throw Misuse("luge new: say which folder to make, as in `luge new my-network`");
  fs::path folder = fs::path(arguments.positional()[0]).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (fs::exists(folder) && !(fs::is_directory(folder) && fs::is_empty(folder))) {
    throw FileError(fmt::format(
        "{}: exists and is not an empty folder; nothing was written, choose another name", folder.string()));
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
  const std::string name = project_name(fs::absolute(folder));
  for (const Template& file : templates) {
    io::write_file(folder / file.name, filled(file.text, name));
  }
  fmt::print("made {}: model.h train.cpp predict.cpp CMakeLists.txt README.md\nNext:\n", folder.string());
  const auto [prefix, build] = installation();
  const std::string installed = shell_word(prefix.string());
  if (!build.empty()) fmt::print("  cmake --install {} --prefix {}\n", shell_word(build.string()), installed);
  fmt::print(
      "  cd {} && cmake -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH={} && cmake --build build\n"
      "  ./build/train\n",
      shell_word(folder.string()), installed);
  return 0;
}

const Registration registration_new({"new",
                                     "a CMake project: a model, a training and an inference program",
                                     {"new DIR"},
                                     {},
                                     1,
                                     make_project});

}  // namespace
}  // namespace luge::cli
