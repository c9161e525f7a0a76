// What a disk holds after a power loss: content that was not synced is gone, a rename may have happened or
// not.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "io/files/atomic_file.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::Call;
using testing::FaultyCalls;
using testing::TempDir;

enum class Found { old_content, new_content, torn };

// The states in which the target may be found when the power fails after the first `count` events.
std::set<Found> possible_after(const std::vector<FaultyCalls::Event>& log, std::size_t count,
                               std::size_t whole) {
  std::map<int, std::size_t> written;
  std::map<int, std::size_t> durable;
  std::size_t of_new_file = 0;
  int folder = -1;
  bool renamed = false;
  bool rename_durable = false;
  for (std::size_t i = 0; i < count; ++i) {
    const FaultyCalls::Event& event = log[i];
    switch (event.call) {
      case Call::write: written[event.file] += event.bytes; break;
      case Call::fsync:
        durable[event.file] = written[event.file];
        of_new_file = std::max(of_new_file, durable[event.file]);
        rename_durable = rename_durable || (renamed && event.file == folder);
        break;
      case Call::open:
        written[event.file] = 0;  // the number may be that of a file closed before
        folder = event.file;      // the last one opened is the folder
        break;
      case Call::rename: renamed = true; break;
      default: break;
    }
  }
  const Found renamed_state = of_new_file == whole ? Found::new_content : Found::torn;
  if (rename_durable) return {renamed_state};
  if (renamed) return {Found::old_content, renamed_state};
  return {Found::old_content};
}

std::vector<FaultyCalls::Event> log_of_a_save(std::size_t bytes) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  FaultyCalls calls;
  calls.shorten(100);
  write_file(path, std::string(bytes, 'w'));
  return calls.log();
}

TEST(BadInput, C35_UnsyncedWritesLostLeaveOldOrNew) {
  constexpr std::size_t kBytes = 1050;
  const auto log = log_of_a_save(kBytes);
  for (std::size_t count = 0; count <= log.size(); ++count) {
    EXPECT_FALSE(possible_after(log, count, kBytes).contains(Found::torn)) << "after " << count << " calls";
  }
  EXPECT_EQ(possible_after(log, log.size(), kBytes), std::set{Found::new_content})
      << "a save that returned is not durable";
}

TEST(BadInput, C35_TheModelNoticesAMissingSync) {
  constexpr std::size_t kBytes = 1050;
  auto log = log_of_a_save(kBytes);
  const auto is_sync = [](const FaultyCalls::Event& event) { return event.call == Call::fsync; };
  ASSERT_EQ(std::count_if(log.begin(), log.end(), is_sync), 2);
  auto without_first = log;
  without_first.erase(std::find_if(without_first.begin(), without_first.end(), is_sync));
  EXPECT_TRUE(possible_after(without_first, without_first.size(), kBytes).contains(Found::torn));
  auto without_last = log;
  without_last.erase(std::prev(std::find_if(without_last.rbegin(), without_last.rend(), is_sync).base()));
  EXPECT_TRUE(possible_after(without_last, without_last.size(), kBytes).contains(Found::old_content));
}

}  // namespace
}  // namespace luge::io
