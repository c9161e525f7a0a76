// Model files of format 2 that are damaged: each error names the file and what is wrong in it.
#include <gtest/gtest.h>

#include "luge/graph.h"
#include "luge/io/model_file.h"
#include "luge/io/safetensors.h"
#include "luge/nn/linear.h"
#include "support/errors.h"
#include "support/seq2seq.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::expect_error;
using testing::TempDir;

/// A file whose texts can be changed.
class ModelDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    const testing::Translator net;
    net.build({{"source", graph::placeholder(i64, {unknown, unknown}, "source")},
               {"target", graph::placeholder(i64, {unknown, unknown}, "target")}});
    const Variable& weight = net.head.weight.variable();
    write_model(good(), net, {}, {.eval_weights = {{weight, {"ema.head", Variable(weight.value() * 0)}}}});
  }

  std::string good() const { return dir_.file("good"); }
  std::string changed() const { return dir_.file("changed"); }

  /// Writes the file with `from` replaced in one text; an empty `from` replaces all of it.
  void change(const std::string& key, const std::string& from, const std::string& to) const {
    const SafetensorsFile file(good());
    auto metadata = file.metadata();
    const auto contents = file.read_all();
    std::vector<TensorView> views;
    for (const auto& stored : file.tensors())
      views.push_back({stored.name, stored.dtype, stored.shape, contents.at(stored.name)});
    std::string& text = metadata.at(key);
    if (from.empty()) {
      text = to;
    } else {
      const auto at = text.find(from);
      ASSERT_NE(at, std::string::npos) << key << " has no " << from << ": " << text;
      text.replace(at, from.size(), to);
    }
    write_safetensors(changed(), views, metadata);
  }

  void refused(const std::string& key, const std::string& from, const std::string& to,
               std::initializer_list<std::string> parts) const {
    SCOPED_TRACE(key + ": " + to);
    change(key, from, to);
    expect_error<FormatError>([&] { nn::load(changed()); }, parts);
    expect_error<FormatError>([&] { nn::load(changed()); }, {"changed"});
  }

 private:
  TempDir dir_;
};

TEST_F(ModelDamage, Entries) {
  const char* key = "luge.entries";
  refused(key, "", "{}", {key, "list"});
  refused(key, "", "[", {key, "list"});
  refused(key, "", "[7]", {"entry 0"});
  refused(key, "\"outputs\":[{\"name\":\"memory\"", "\"outputs\":[{\"mane\":\"memory\"",
          {"'encode'", "'name'"});
  refused(key, "\"name\":\"decode_step\"", "\"name\":\"encode\"", {"'encode'", "twice"});
  refused(key, "\"name\":\"encode\"", "\"name\":\"\"", {"entry ''", "no name"});
  refused(key, "\"shape\":[null,null]", "\"shape\":[null,-2]", {"'encode'", "extent"});
  refused(key, "\"shape\":[null,null]", "\"shape\":7", {"'encode'", "'shape'"});
  refused(key, "\"dtype\":\"i64\"", "\"dtype\":\"i63\"", {"'encode'", "i63"});
  refused(key, "\"from\":\"memory\"", "\"from\":\"memroy\"",
          {"'decode_step'", "memroy", "did you mean memory"});
  refused(key, "\"to\":\"next_past\"", "\"to\":\"logits\"", {"'decode_step'", "'logits'", "'past'"});
  refused(key, "\"initial\":0.25", "\"initial\":\"quarter\"", {"'decode_step'", "initial"});
  refused(key, "\"batch_axis\":0", "\"batch_axis\":9", {"'encode'", "9"});
  refused(key, "\"inputs\":3", "\"inputs\":2", {"'decode_step'"});
  refused(key, "\"op\":\"take\"", "\"op\":\"taek\"", {"'encode'", "taek"});
}

TEST_F(ModelDamage, GraphsWithSeveralInputs) {
  const char* key = "luge.graph.eval";
  refused(key, "\"version\":2", "\"version\":3", {"stored graph", "version 3"});
  refused(key, "\"inputs\":2", "\"inputs\":-1", {"stored graph", "-1"});
  refused(key, "\"inputs\":2", "\"inputs\":99999999", {"stored graph", "99999999"});
  refused(key, "\"inputs\":2", "\"inputs\":1", {"stored graph"});
  refused(key, "\"inputs\":2", "\"inputs\":3", {"3 inputs", "describe 2"});
  refused(key, "\"number\":1", "\"number\":2", {"entry", "is input 2"});
  refused(key, "\"outputs\":", "\"output\":", {"'outputs'"});
  refused(key, "\"outputs\":[[", "\"outputs\":[[99", {"does not come before"});
}

TEST_F(ModelDamage, MetadataOfInputs) {
  const char* key = "luge.notes";
  refused(key, "\"name\":\"target\"", "\"name\":\"source\"", {"metadata", "two inputs", "'source'"});
  refused(key, "\"dtype\":\"i64\",\"shape\"", "\"dtype\":8,\"shape\"", {"metadata", "'dtype'"});
  refused(key, "\"outputs\":[{", "\"outputs\":[{\"name\":\"more\",\"dtype\":\"f32\",\"shape\":[]},{",
          {"1 outputs", "describe 2"});
  refused(key, "\"inputs\":[{", "\"inputs\":{\"a\":1},\"were\":[{", {"metadata", "list"});
}

TEST_F(ModelDamage, WeightsForEvaluation) {
  const char* key = "luge.eval_weights";
  refused(key, "", "7", {key, "object"});
  refused(key, "head.weight", "haed.weight", {key, "haed.weight"});
  refused(key, "ema.head", "ema.tail", {"ema.tail"});
  refused(key, "ema.head", "head.bias", {"'head.bias'", "'head.weight'", "shape"});
}

TEST_F(ModelDamage, AnotherFormat) { refused("luge.format", "2", "3", {"format 3", "formats 1 and 2"}); }

TEST_F(ModelDamage, UnchangedItLoads) {
  change("luge.format", "2", "2");
  EXPECT_EQ(nn::load(changed()).eval_weights().size(), 1u);
}

}  // namespace
}  // namespace luge::io
