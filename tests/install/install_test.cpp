// Installs this build into a folder of its own and builds a program against it, with the shared and the
// static library.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::CommandResult;
using testing::run_command;

class Install : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TempDir;
    const CommandResult result =
        run_command({"cmake", "--install", testing::binary_dir().string(), "--prefix", prefix()});
    installed_ = result.code == 0 && std::filesystem::exists(prefix() + "/include/luge/luge.h");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  void SetUp() override {
    if (!installed_) GTEST_SKIP() << "this build installs nothing (LUGE_INSTALL is off)";
  }

  static std::string prefix() { return folder_->file("prefix"); }

  // Builds a project against the installed package with the kind of library asked for; gives the build
  // folder.
  static std::string built(const std::string& source, const std::string& shared, const std::string& define) {
    const std::string build =
        source == consumer() ? folder_->file("consumer-" + shared) : source + "/build-" + shared;
    const CommandResult configured =
        run_command({"cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_PREFIX_PATH=" + prefix(),
                     "-DBUILD_SHARED_LIBS=" + shared, define});
    EXPECT_EQ(configured.code, 0) << configured.out << configured.err;
    const CommandResult result = run_command({"cmake", "--build", build});
    EXPECT_EQ(result.code, 0) << result.out << result.err;
    return build;
  }
  static std::string consumer() { return (testing::source_dir() / "tests/install/consumer").string(); }
  static std::string output_of_consumer(const std::string& shared) {
    const std::string internals = (testing::source_dir() / "src").string();
    const CommandResult ran =
        run_command({built(consumer(), shared, "-DLUGE_INTERNALS=" + internals) + "/consumer"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.out;
  }

  static inline testing::TempDir* folder_ = nullptr;
  static inline bool installed_ = false;
};

TEST_F(Install, BothLibrariesHoldTheSameOpsAndCompute) {
  const std::string shared = output_of_consumer("ON");
  const std::string whole = output_of_consumer("OFF");
  EXPECT_EQ(shared, whole);
  EXPECT_NE(shared.find("product 22\n"), std::string::npos) << shared;
  EXPECT_EQ(shared.find("ops 0\n"), std::string::npos) << shared;
}

// tools/quickstart builds one target, behind which cmake --install must find all that it copies.
TEST_F(Install, WhatTheQuickStartBuildsCanBeInstalled) {
  const std::string build = testing::binary_dir().string();
  const std::string quickstart = testing::read_file(testing::source_dir() / "tools/quickstart");
  EXPECT_NE(quickstart.find("build release luge_installed\n"), std::string::npos);
  const CommandResult commands = run_command({"ninja", "-C", build, "-t", "commands", "luge_installed"});
  ASSERT_EQ(commands.code, 0) << commands.err;
  for (const char* part : {"libluge.a", "libluge.so", " -o luge "})
    EXPECT_NE(commands.out.find(part), std::string::npos) << part;
}

TEST_F(Install, WithoutTheStaticLibraryItSaysSo) {
  const std::string half = folder_->file("half");
  std::filesystem::copy(
      prefix(), half,
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(half)) {
    if (entry.path().filename() == "libluge.a") {
      std::filesystem::remove(entry.path());
      break;
    }
  }
  const auto configure = [&](const std::string& shared) {
    return run_command({"cmake", "-G", "Ninja", "-S", consumer(), "-B", folder_->file("half-" + shared),
                        "-DCMAKE_PREFIX_PATH=" + half, "-DBUILD_SHARED_LIBS=" + shared,
                        "-DLUGE_INTERNALS=" + (testing::source_dir() / "src").string()});
  };
  EXPECT_EQ(configure("ON").code, 0);
  const CommandResult refused = configure("OFF");
  EXPECT_NE(refused.code, 0);
  EXPECT_NE(refused.err.find("luge_installed"), std::string::npos) << refused.err;
}

TEST_F(Install, TheCommandFindsItsLibrary) {
  const CommandResult result =
      run_command({prefix() + "/bin/luge", "version"}, {.environment = {"LD_LIBRARY_PATH"}});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("0.1.0"), std::string::npos) << result.out;
}

// No epoch is trained: the programs must build, write the model, and read it back.
TEST_F(Install, TheProjectOfLugeNewBuildsAndRuns) {
  const std::string project = folder_->file("my-project");
  const CommandResult made = run_command({prefix() + "/bin/luge", "new", project});
  ASSERT_EQ(made.code, 0) << made.err;
  for (const std::string shared : {"ON", "OFF"}) {
    const std::string build = built(project, shared, "-DCMAKE_BUILD_TYPE=Debug");
    const CommandResult trained = run_command({build + "/train", "0"}, {.folder = build});
    EXPECT_EQ(trained.code, 0) << trained.err;
    EXPECT_NE(trained.out.find("10000 samples"), std::string::npos) << trained.out;
    const CommandResult predicted = run_command({build + "/predict"}, {.folder = build});
    EXPECT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_EQ(std::ranges::count(predicted.out, '\n'), 10) << predicted.out;
  }
}

}  // namespace
}  // namespace luge
