// luge data: annotated and augmented samples, equal inputs, samples that cannot be used, and text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>

#include "luge/data/picture_fields.h"
#include "luge/data/sources.h"
#include "luge/experiment/data_sets.h"
#include "luge/io/image.h"
#include "support/command.h"
#include "support/in_process.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using data::HostArray;
using nlohmann::json;
using testing::in_process;
using testing::luge;
using testing::says;
using testing::TempDir;

// A bright rectangle with its box, mask and middle; the color says the class.
data::Record thing(std::int64_t k, std::int64_t height = 40, std::int64_t width = 56) {
  HostArray image({u8, {3, height, width}}), mask({u8, {height, width}}), boxes({f32, {1, 4}}),
      labels({i64, {1}}), points({f32, {2, 3}});
  const std::int64_t x1 = 4 + 3 * k, y1 = 6 + 2 * k, x2 = x1 + 18, y2 = y1 + 12, label = k % 2;
  for (std::int64_t y = y1; y < y2; ++y) {
    for (std::int64_t x = x1; x < x2; ++x) {
      image.as<std::uint8_t>()[static_cast<std::size_t>(((2 * label) * height + y) * width + x)] = 230;
      mask.as<std::uint8_t>()[static_cast<std::size_t>(y * width + x)] = static_cast<std::uint8_t>(1 + label);
    }
  }
  const std::int64_t corners[] = {x1, y1, x2, y2};
  for (std::size_t c = 0; c < 4; ++c) boxes.as<float>()[c] = static_cast<float>(corners[c]);
  labels.as<std::int64_t>()[0] = label;
  const std::int64_t dots[] = {x1, y1, 1, x2, y2, 1};
  for (std::size_t c = 0; c < 6; ++c) points.as<float>()[c] = static_cast<float>(dots[c]);
  return {{"image", image}, {"mask", mask}, {"boxes", boxes}, {"labels", labels}, {"points", points}};
}

class Named final : public data::Source {
 public:
  explicit Named(const data::Dataset& data) : data_(data), info_(data.info()) {
    info_.name = "things", info_.classes = {"red", "blue"};
  }
  std::int64_t size() const override { return data_.size(); }
  const data::Info& info() const override { return info_; }
  void read(std::int64_t index, data::Row& row) const override { data_.source()->read(index, row); }
  std::string where(std::int64_t index) const override { return fmt::format("things, picture {}", index); }

 private:
  data::Dataset data_;
  data::Info info_;
};

experiment::DataSet things() {
  std::vector<data::Record> train, test;
  for (std::int64_t k = 0; k < 8; ++k) train.push_back(thing(k, 40, k < 5 ? 56 : 64));
  test = {thing(9), thing(2), thing(3)};
  test[2]["boxes"].as<float>()[1] = NAN;
  const auto named = [](std::vector<data::Record> list) {
    return data::Dataset(std::make_shared<Named>(data::records(std::move(list))));
  };
  return {"test-things", named(train), named(test)};
}
const bool added = experiment::add_data_set("test-things", "rectangles with annotations", things);

TEST(Data, TellsSizesClassesLeaksAndSamplesThatCannotBeUsed) {
  const auto told = in_process({"data", "test-things"});
  EXPECT_EQ(told.code, 1) << "one sample cannot be used";
  for (const char* part :
       {"8 samples, image u8[3,40,?]", "2 sizes", "smallest 40x56", "largest 40x64",
        "most common 40x56 (5 times)", "8 boxes; 0 pictures without one", "16 points", "red",
        "1 samples are in the training part, too", "things, picture 1 = things, picture 2",
        "1 samples cannot be used", "things, picture 2: ", "box 0", "nan"})
    EXPECT_TRUE(says(told.out, part)) << part << "\n" << told.out;
  const auto json_told = in_process({"data", "test-things", "--json"});
  EXPECT_EQ(json_told.code, 1);
  const json document = json::parse(json_told.out);
  EXPECT_EQ(document["train"]["pictures"]["most_common"], json({40, 56}));
  EXPECT_EQ(document["train"]["classes"][0], json({{"label", "red"}, {"boxes", 4}}));
  EXPECT_EQ(document["test"]["in_train"], 1);
  EXPECT_EQ(document["test"]["bad"][0]["index"], 2);
  // 8 boxes of 18x12 pixels of 230 in two of three channels, in pictures of 40x56 and 40x64.
  EXPECT_NEAR(document["train"]["pictures"]["mean"][0].get<double>(),
              4 * 216 * 230 / (40.0 * (5 * 56 + 3 * 64)), 0.01);
}

TEST(Data, DrawsAugmentedSamplesWithTheirAnnotations) {
  const TempDir dir;
  const auto drawn =
      in_process({"data", "test-things", "augment=rotate,zoom,mosaic", "augment.rotate.degrees=30", "count=6",
                  "epoch=2", "to=" + dir.file("sheet.svg"), "sizes=" + dir.file("sizes.png")});
  ASSERT_TRUE(says(drawn.out, "6 pictures of the train part")) << drawn.out << drawn.err;
  const std::string svg = testing::read_file(dir.file("sheet.svg"));
  for (const char* part : {"rotate,zoom,mosaic, epoch 2", "red", "blue"})
    EXPECT_TRUE(says(svg, part)) << part;
  EXPECT_TRUE(fs::exists(dir.file("sizes.png")));
  const auto again = [&](const char* epoch) {
    in_process({"data", "test-things", "augment=rotate", "count=6", epoch, "to=" + dir.file("again.svg")});
    std::string text = testing::read_file(dir.file("again.svg"));
    return text.substr(text.find("<image"));
  };
  EXPECT_EQ(again("epoch=1"), again("epoch=1"));
  EXPECT_NE(again("epoch=1"), again("epoch=4"));
}

TEST(Data, DrawsMixedBatchesWithTheSharesOfTheirClasses) {
  const TempDir dir;
  const auto sheet = [&](const std::string& augment, const char* epoch) {
    const auto drawn = in_process({"data", "shapes", "data.samples=64", "count=6", augment, epoch, "seed=3",
                                   "to=" + dir.file("mixed.svg")});
    EXPECT_EQ(drawn.code, 0) << drawn.err;
    return testing::read_file(dir.file("mixed.svg"));
  };
  const std::string mixed = sheet("augment=flip,mixup", "epoch=1");
  // Shares of two classes, such as "circle 0.62, ring 0.38".
  EXPECT_TRUE(std::regex_search(mixed, std::regex("[a-z]+ 0\\.\\d\\d, [a-z]+ 0\\.\\d\\d"))) << mixed.size();
  const auto pictures = [](const std::string& svg) { return svg.substr(svg.find("<image")); };
  EXPECT_EQ(pictures(sheet("augment=cutmix", "epoch=2")), pictures(sheet("augment=cutmix", "epoch=2")));
  EXPECT_NE(pictures(sheet("augment=cutmix", "epoch=2")), pictures(sheet("augment=cutmix", "epoch=3")));
}

// Folders have one class after the other; a sheet shows all of them.
TEST(Data, SheetsAreSpreadOverThePart) {
  const TempDir dir;
  for (const char* name : {"a", "b", "c"}) {
    fs::create_directories(dir.path() / "sorted" / name);
    for (int k = 0; k < 5; ++k)
      io::write_png(dir.file(fmt::format("sorted/{}/{}.png", name, k)),
                    io::Image{8, 8, 1, std::vector<std::uint8_t>(64, static_cast<std::uint8_t>(10 * k))});
  }
  for (const char* augment : {"augment=flip", "augment=mixup"}) {
    ASSERT_EQ(luge({"data", "sorted", augment, "to=sheet.svg", "count=3"}, dir.path()).code, 0);
    const std::string svg = testing::read_file(dir.file("sheet.svg"));
    for (const char* name : {"a", "b", "c"})
      EXPECT_TRUE(std::regex_search(svg, std::regex(fmt::format("\\n{}( 0\\.|\\n| 1\\.)", name))))
          << augment << name;
  }
}

// What a reader left out is told, masks are counted, and COCO polygons become masks when they are asked for.
TEST(Data, TellsNotesAndSharesOfMasks) {
  const TempDir dir;
  fs::create_directories(dir.path() / "set");
  io::write_png(dir.file("set/a.png"), io::Image{10, 10, 1, std::vector<std::uint8_t>(100, 90)});
  dir.write("set/annotations.json",
            R"({"images": [{"id": 1, "file_name": "a.png", "width": 10, "height": 10}],
"categories": [{"id": 1, "name": "cell"}],
"annotations": [
 {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 2, 4, 5], "segmentation": [[2, 2, 6, 2, 6, 7, 2, 7]]},
 {"id": 2, "image_id": 1, "category_id": 1, "bbox": [3, 3, 0, 5], "segmentation": [[3, 3, 3, 8, 3, 8]]}]})");
  const auto told = luge({"data", "set", "data.masks=true", "to=sheet.png", "count=1"}, dir.path());
  EXPECT_EQ(told.code, 0) << told.err;
  for (const char* part : {"annotation", "no area in the picture", "left out", "1 boxes",
                           "pixels of the mask: 0 80.0 %, 1 20.0 %"})
    EXPECT_TRUE(says(told.out, part)) << part << "\n" << told.out;
  const json document = json::parse(luge({"data", "set", "data.masks=true", "--json"}, dir.path()).out);
  EXPECT_EQ(document["train"]["mask"][1], json({{"value", 1}, {"pixels", 20}}));
  EXPECT_EQ(document["notes"].size(), 1u) << document;
  const auto stopped = luge({"data", "set", "data.empty_boxes=stop"}, dir.path());
  EXPECT_EQ(stopped.code, 1) << stopped.err;
}

TEST(Data, WordsOfTablesTellSamplesApartAndHaveAHeader) {
  const TempDir dir;
  dir.write("words.csv",
            "color,shape,y\nred,round,a\nblue,square,b\nred,square,a\nblue,round,b\nred,round,a\n");
  const auto told = luge({"data", "words.csv"}, dir.path());
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(says(told.out, "train  5 samples") && says(told.out, "words.csv:2")) << told.out;
  EXPECT_TRUE(says(told.out, "1 samples have the input of an earlier one, such as sample 4 that of 0"))
      << told.out;
  dir.write("dates.csv", "day,y\n2024-01-01,a\n2024-01-02,b\n2024-01-03,a\n");
  EXPECT_TRUE(says(luge({"data", "dates.csv"}, dir.path()).out, "train  3 samples"));
  dir.write("none.csv", "red,round,a\nblue,square,b\nred,square,a\nblue,round,b\n");
  EXPECT_TRUE(says(luge({"data", "none.csv"}, dir.path()).out, "train  4 samples"));
}

TEST(Data, TellsTypesAndMissingCellsOfTables) {
  const TempDir dir;
  const std::string table = dir.write("t.csv",
                                      "age,town,born,kind\n30,Rome,2000-01-01,a\nNA,Paris,2000-01-03,b\n"
                                      "50,,,a\n40,Rome,,b\n");
  const auto told = in_process({"data", table});
  EXPECT_EQ(told.code, 0) << told.err;
  for (const char* part :
       {"age     number           1  30 to 50", "town    category         1  2 words: Paris, Rome",
        "born    date             2  2000-01-01 to 2000-01-03", "4 cells are missing: data.missing=median"})
    EXPECT_TRUE(says(told.out, part)) << part << "\n" << told.out;
  const json columns =
      json::parse(in_process({"data", table, "data.types=age:skip", "--json"}).out)["train"]["columns"];
  ASSERT_EQ(columns.size(), 2u) << columns;
  EXPECT_EQ(columns[1], json({{"name", "born"},
                              {"type", "date"},
                              {"missing", 2},
                              {"smallest", "2000-01-01"},
                              {"largest", "2000-01-03"}}));
  const auto dropped = in_process({"data", table, "data.missing=drop"});
  EXPECT_TRUE(says(dropped.out, "3 of 4 rows miss a cell and are left out, the first in line 3"))
      << dropped.out;
  // A table of numbers alone, too; and one whose column is not clear is not usable.
  EXPECT_TRUE(says(in_process({"data", dir.write("n.csv", "a,y\n1,0\n,1\n3,1\n")}).out,
                   "a       number           1  1 to 3"));
  const auto mixed = in_process({"data", dir.write("m.csv", "a,y\n1,0\nred,1\n3,1\n")});
  EXPECT_EQ(mixed.code, 1);
  EXPECT_TRUE(says(mixed.out, "m.csv:3: column 'a' holds 'red'") && says(mixed.out, "not clear"))
      << mixed.out;
}

TEST(Data, TellsAboutText) {
  const TempDir dir;
  dir.write("notes.txt", "aab\ncé\n");
  const auto told = luge({"data", "notes.txt"}, dir.path());
  EXPECT_EQ(told.code, 0) << told.err;
  EXPECT_TRUE(says(told.out, "7 characters, 5 different ones") && says(told.out, "é (1)")) << told.out;
  dir.write("table.txt", "x,y\n1,0\n2,1\n");
  EXPECT_TRUE(says(luge({"data", "table.txt", "target=y"}, dir.path()).out, "f32[1]"));
}

TEST(Data, RefusesWhatHasNoMeaning) {
  const TempDir dir;
  const auto refuses = [&](std::vector<std::string> words, const char* part) {
    words.insert(words.begin(), {"data", "xor"});
    const auto ran = luge(words, dir.path());
    EXPECT_EQ(ran.code, 2) << ran.err;
    EXPECT_TRUE(says(ran.err, part)) << ran.err;
  };
  refuses({"augment=flip"}, "to=sheet.png says where");
  refuses({"epoch=2"}, "augment= says which");
  refuses({"augment=mixup", "to=folder"}, "to=sheet.png draws it");
  refuses({"augment=flop", "to=x.png"}, "flop");
  EXPECT_EQ(luge({"data", "xor", "augment=flip", "to=x.png"}, dir.path()).code, 1);
  EXPECT_FALSE(says(luge({"data", "xor"}, dir.path()).out, "training part, too")) << "it is all there is";
}

// A training on parts of pictures is validated, evaluated and continued on pictures of the same size.
TEST(Data, PicturesThatAreNotAugmentedGetTheSizeOfThoseThatAre) {
  const TempDir dir;
  const auto trained =
      luge({"train", "model=softmax-regression", "data=fashion-mnist", "epochs=1", "limit_train_batches=20",
            "augment=crop,brightness", "augment.crop.size=20", "run.dir=run"},
           dir.path());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto measured = luge({"eval", "run=run", "--json"}, dir.path());
  ASSERT_EQ(measured.code, 0) << measured.err;
  EXPECT_GT(json::parse(measured.out)["metrics"]["accuracy"].get<double>(), 0.3) << measured.out;
  const auto written = luge({"data", "fashion-mnist", "to=samples", "count=2"}, dir.path());
  const auto predicted = luge({"predict", "run=run", "input=samples"}, dir.path());
  EXPECT_EQ(predicted.code, 0) << predicted.err;
}

}  // namespace
}  // namespace luge
