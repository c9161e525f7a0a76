// Folders and files that data= names, and the page that lists them.
#include <gtest/gtest.h>

#include "experiment/data_reader.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

TEST(Readers, AreInTheGuide) {
  const std::string guide = testing::read_file(testing::source_dir() / "docs/guide/data.md");
  for (const std::string& name : data_reader_names())
    EXPECT_NE(guide.find("\n| " + name + " |"), std::string::npos)
        << name << " is missing from docs/guide/data.md";
}

}  // namespace
}  // namespace luge::experiment
