// luge board and luge report as commands.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "support/command.h"
#include "support/http_client.h"
#include "support/run_files.h"
#include "support/running_command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

using testing::luge;
using testing::make_run;
using testing::read_file;
using testing::RunningCommand;
using testing::says;
using testing::TempDir;

std::string address_of(RunningCommand& board, const TempDir& dir) {
  std::string address;
  while (board.running() && address.find('\n') == std::string::npos) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    address = read_file(dir.file("out"));
  }
  return address.substr(0, address.find('\n'));
}
int port_of(const std::string& address) { return std::atoi(address.substr(address.rfind(':') + 1).c_str()); }

class BoardCommand : public ::testing::TestWithParam<int> {};

TEST_P(BoardCommand, C103_PrintsItsAddressAndEndsAtASignal) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  RunningCommand board({"board", "port=0"}, dir.path());
  const std::string address = address_of(board, dir);
  ASSERT_TRUE(says(address, "http://127.0.0.1:")) << address;
  EXPECT_TRUE(says(testing::get(port_of(address), "/api/runs").body, "\"name\":\"a\""));
  testing::Client open(port_of(address));  // an open page does not hold it up
  open.send(testing::get_text("/api/events"));
  open.read(std::chrono::seconds(5), "retry");
  const auto taken = luge({"board", "port=" + std::to_string(port_of(address))}, dir.path());
  EXPECT_EQ(taken.code, 1);
  EXPECT_TRUE(says(taken.err, "port=0")) << taken.err;
  board.send(GetParam());
  EXPECT_EQ(board.wait(20).code, 0);
}
INSTANTIATE_TEST_SUITE_P(BadInput, BoardCommand, ::testing::Values(SIGINT, SIGTERM));

TEST(BoardWords, RefusesWhatItCannotDo) {
  const TempDir dir;
  const auto none = luge({"board"}, dir.path());
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(says(none.err, "runs: there is no such folder")) << none.err;
  const auto port = luge({"board", "port=65536"}, dir.path());
  EXPECT_EQ(port.code, 2);
  EXPECT_TRUE(says(port.err, "port=65536")) << port.err;
}

TEST(ReportCommand, WritesThePageOfARunAgain) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  const auto written = luge({"report", "run=last", "--json"}, dir.path());
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_EQ(nlohmann::json::parse(written.out)["file"], "runs/a/report.html");
  EXPECT_TRUE(says(read_file(dir.file("runs/a/report.html")), "\"status\":\"finished\""));
  EXPECT_EQ(luge({"report", "run=a", "to=b.html"}, dir.path()).out, "b.html\n");
  const auto wrong = luge({"report", "to=b.pdf"}, dir.path());
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(says(wrong.err, ".html")) << wrong.err;
  EXPECT_EQ(luge({"report", "run=none"}, dir.path()).code, 1);
}

}  // namespace
}  // namespace luge
