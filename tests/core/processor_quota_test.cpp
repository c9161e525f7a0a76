#include "core/processor_quota.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::TempDir;

void put(const TempDir& dir, const std::string& name, const std::string& content) {
  std::filesystem::create_directories((dir.path() / name).parent_path());
  dir.write(name, content);
}

double quota_of(const TempDir& dir) { return processor_quota(dir.path() / "groups", dir.path() / "mounts"); }

TEST(ProcessorQuota, IsTheTightestOfAllGroupsAroundTheProcess) {
  const TempDir dir;
  put(dir, "groups", "0::/outer/inner\n");
  put(dir, "mounts/cpu.max", "max 100000\n");
  EXPECT_TRUE(std::isinf(quota_of(dir)));
  put(dir, "mounts/outer/cpu.max", "150000 100000\n");
  EXPECT_DOUBLE_EQ(quota_of(dir), 1.5);
  put(dir, "mounts/outer/inner/cpu.max", "20000 40000\n");
  EXPECT_DOUBLE_EQ(quota_of(dir), 0.5);
  put(dir, "mounts/outer/cpu.max", "10000 100000\n");
  EXPECT_DOUBLE_EQ(quota_of(dir), 0.1);
}

TEST(ProcessorQuota, OfTheFirstVersionIsInTwoFiles) {
  const TempDir dir;
  put(dir, "groups", "3:cpuset:/\n2:cpu,cpuacct:/job\n1:memory:/other\n0::/\n");
  put(dir, "mounts/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  put(dir, "mounts/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_TRUE(std::isinf(quota_of(dir)));
  put(dir, "mounts/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  EXPECT_DOUBLE_EQ(quota_of(dir), 2.5);
}

TEST(ProcessorQuota, OfAContainerIsInTheMountItself) {
  const TempDir dir;
  put(dir, "groups", "1:cpu:/docker/0123\n");
  put(dir, "mounts/cpu/cpu.cfs_period_us", "100000\n");
  put(dir, "mounts/cpu/cpu.cfs_quota_us", "50000\n");
  EXPECT_DOUBLE_EQ(quota_of(dir), 0.5);
}

TEST(ProcessorQuota, WhatIsNotUnderstoodLimitsNothing) {
  const TempDir dir;
  EXPECT_TRUE(std::isinf(quota_of(dir)));  // no file at all
  put(dir, "groups", "\nnothing\n1:cpu\n0::/../..\n");
  put(dir, "mounts/cpu.max", "many\n");
  EXPECT_TRUE(std::isinf(quota_of(dir)));
  put(dir, "mounts/cpu.max", "0 0\n");
  EXPECT_TRUE(std::isinf(quota_of(dir)));
}

}  // namespace
}  // namespace luge
