// The board over real sockets: its pages, what it refuses, and what it sends while runs change.
#include "board/board.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "board/serving.h"
#include "luge/error.h"
#include "support/http_client.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge::board {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Json = nlohmann::json;
using testing::Client;
using testing::get;
using testing::get_text;
using testing::make_run;
using testing::Serving;
using testing::TempDir;
using testing::write_text;

BoardOptions options_for(const TempDir& dir) {
  BoardOptions options;
  options.folder = dir.file("runs");
  options.look = 50ms;
  return options;
}

TEST(Board, ServesThePageAndTheRuns) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  make_run(dir.file("runs/b"), 2, "failed");
  make_run(dir.file("runs/b/fold-01"), 1);
  write_text(dir.file("runs/no-run/readme.txt"), "x");
  write_text(dir.file("runs/a/report.html"), "<p>");
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  const auto page = get(board.port(), "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.head.find("Content-Security-Policy: default-src 'none'; script-src 'self'"),
            std::string::npos);
  EXPECT_NE(page.head.find("X-Content-Type-Options: nosniff"), std::string::npos);
  EXPECT_NE(get(board.port(), "/page.js").body.find("runsView"), std::string::npos);
  EXPECT_NE(get(board.port(), "/page.css").body.find("prefers-reduced-motion"), std::string::npos);
  const Json runs = Json::parse(get(board.port(), "/api/runs").body)["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["name"], "b") << "the newest is first";
  EXPECT_EQ(runs[0]["status"], "failed");
  EXPECT_EQ(runs[0]["trainings"], 1);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/run/a").body)["epoch_rows"][0]["loss"], 0.5);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/run/b/fold-01").body)["name"], "b/fold-01");
  EXPECT_EQ(get(board.port(), "/files/a/metrics.jsonl").status, 200);
  const auto report = get(board.port(), "/files/a/report.html");
  EXPECT_NE(report.head.find("Content-Security-Policy: sandbox allow-scripts"), std::string::npos)
      << report.head;
}

TEST(BadInput, C98_NothingOutsideTheFolderIsOpened) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  write_text(dir.file("secret.txt"), "secret");
  write_text(dir.file("runs/secret.txt"), "secret");
  write_text(dir.file("runs/a/checkpoints/best.safetensors"), "weights");
  fs::create_symlink(dir.file("secret.txt"), dir.file("runs/a/link.txt"));
  fs::create_symlink(dir.path(), dir.file("runs/out"));
  make_run(dir.file("other"), 1);
  fs::create_symlink(dir.file("other"), dir.file("runs/linked"));
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  for (const char* path : {"/files/a/../../secret.txt",
                           "/files/a/%2e%2e/%2e%2e/secret.txt",
                           "/files/a/..%2f..%2fsecret.txt",
                           "/files/..%2fsecret.txt",
                           "/files//etc/passwd.txt",
                           "/files/%2fetc/passwd.txt",
                           "/files/a/link.txt",
                           "/files/out/secret.txt",
                           "/files/a/metrics.csv%00.txt",
                           "/files/secret.txt",
                           "/files/linked/config.toml",
                           "/api/run/..",
                           "/api/run/%2e%2e",
                           "/api/run/linked",
                           "/api/run/out",
                           "/api/run/",
                           "/api/run",
                           "/files/",
                           "/files/a",
                           "/files/a/.luge-run",
                           "/files/a/checkpoints/best.safetensors",
                           "/files/a/lock",
                           "/etc/passwd",
                           "/x",
                           "/api/run/a/",
                           "/api/run//a",
                           "/%00",
                           "/files/a/pipe.txt"}) {
    const auto reply = get(board.port(), path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.body.find("secret"), std::string::npos) << path;
  }
  EXPECT_EQ(Json::parse(get(board.port(), "/api/runs").body)["runs"].size(), 1u) << "links are not runs";
}

TEST(BadInput, C104_OtherHostNamesAreRefused) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  const auto with_host = [&](const std::string& host) {
    Client client(board.port());
    client.send("GET /api/runs HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.reply().status;
  };
  for (const char* host : {"localhost", "127.0.0.1:6006", "[::1]:80", "LOCALHOST:1"})
    EXPECT_EQ(with_host(host), 200) << host;
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b", "[::1"})
    EXPECT_EQ(with_host(host), 403) << host;
}

TEST(Board, SendsWhatChangesWhileARunTrains) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  make_run(dir.file("runs/b"), 2);
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  get(board.port(), "/api/runs");
  Client page(board.port());
  page.send(get_text("/api/events"));
  page.read(5s, "retry");
  std::ofstream(dir.file("runs/a/metrics.jsonl"), std::ios::app)
      << "{\"epoch\":3,\"step\":30,\"loss\":0.1}\n";
  EXPECT_NE(page.read(5s, "\n\n").find("{\"runs\":[\"a\"]}"), std::string::npos);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/run/a").body)["epochs"], 3);
  fs::remove_all(dir.file("runs/b"));
  EXPECT_NE(page.read(5s, "\n\n").find("{\"runs\":[\"b\"]}"), std::string::npos) << "it is gone";
  EXPECT_EQ(get(board.port(), "/api/run/b").status, 404);
  make_run(dir.file("runs/new"), 3);
  EXPECT_NE(page.read(5s, "\n\n").find("{\"runs\":[\"new\"]}"), std::string::npos);
}

TEST(Board, AThousandRunsAreListedFast) {
  const TempDir dir;
  for (int k = 0; k < 1000; ++k) make_run(dir.file("runs/r" + std::to_string(k)), k + 1);
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  const Json first = Json::parse(get(board.port(), "/api/runs").body);
  ASSERT_EQ(first["runs"].size(), 1000u);
  EXPECT_EQ(first["runs"][0]["name"], "r999");
  EXPECT_EQ(Json::parse(get(board.port(), "/api/runs").body), first) << "from what was read before";
}

TEST(BadInput, C98_AnyNameOfARunIsShownOrSaidToBeLeftOut) {
  const TempDir dir;
  const std::vector<std::pair<std::string, std::string>> shown = {
      {"a b", "a%20b"},
      {"q\"uo'te", "q%22uo'te"},
      {"<script>alert(1)<", "%3Cscript%3Ealert(1)%3C"},
      {"训练", "%E8%AE%AD%E7%BB%83"},
      {"per%2ecent", "per%252ecent"},
      {"a&b=c#d?e", "a%26b%3Dc%23d%3Fe"}};
  for (const auto& [name, escaped] : shown) make_run(dir.file("runs/" + name), 1);
  for (const char* name : {"new\nline", "back\\slash", "\xff\xfe"})
    make_run(fs::path(dir.file("runs")) / name, 2);
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  const Json all = Json::parse(get(board.port(), "/api/runs").body);
  EXPECT_EQ(all["runs"].size(), shown.size());
  EXPECT_EQ(all["left_out"].size(), 3u) << all["left_out"];
  for (const auto& [name, escaped] : shown)
    EXPECT_EQ(Json::parse(get(board.port(), "/api/run/" + escaped).body)["name"], name);
}

TEST(BadInput, C99_ARunThatIsDeletedWhileItIsShown) {
  const TempDir dir;
  make_run(dir.file("runs/a"), 1);
  make_run(dir.file("runs/b"), 2);
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  EXPECT_EQ(get(board.port(), "/api/run/a").status, 200);
  for (const char* file : {"metrics.jsonl", "config.toml", "status.json"})
    fs::remove(dir.file("runs/a") + "/" + file);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/run/a").body)["status"], "failed") << "its mark is left";
  fs::remove_all(dir.file("runs/a"));
  EXPECT_EQ(get(board.port(), "/api/run/a").status, 404);
  EXPECT_EQ(get(board.port(), "/files/a/metrics.jsonl").status, 404);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/runs").body)["runs"].size(), 1u);
}

TEST(Board, AFolderThatIsNotThereIsAnError) {
  const TempDir dir;
  EXPECT_THROW(Board(options_for(dir)), FileError);
  fs::create_directories(dir.file("runs"));
  Board board(options_for(dir));
  const Serving<Board> serving(board);
  EXPECT_EQ(Json::parse(get(board.port(), "/api/runs").body)["runs"].size(), 0u);
  fs::remove_all(dir.file("runs"));
  EXPECT_EQ(Json::parse(get(board.port(), "/api/runs").body)["runs"].size(), 0u)
      << "deleted while it is shown";
}

}  // namespace
}  // namespace luge::board
