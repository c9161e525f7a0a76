// Tables with words, dates and missing cells.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/named_features.h"
#include "luge/data/table.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::data {
namespace {

using testing::expect_error;
using testing::TempDir;

constexpr const char* kPeople =
    "age,town,born,member,kind\n"
    "30,Rome,2000-01-01,yes,a\n"
    "NA,Paris,2000-01-03,no,b\n"
    "50,?,2000-02-01T12:00,no,a\n"
    "40,Rome,,yes,b\n";

std::vector<float> numbers(const Dataset& data, std::int64_t row) {
  const HostArray value = data.get(row).input;
  const auto list = value.as<float>();
  return {list.begin(), list.end()};
}

TEST(TypedTable, FindsTypesAndFillsGaps) {
  const TempDir folder;
  const Dataset raw = typed_csv(folder.write("p.csv", kPeople));
  EXPECT_TRUE(holds_words(folder.file("p.csv")));
  const Recipe recipe = Recipe({steps::table({.missing = Missing::median, .indicator = true})}).fit(raw);
  const Dataset made = recipe.training(raw);
  EXPECT_EQ(made.info().features,
            (std::vector<std::string>{"age", "age missing", "town=Paris", "town=Rome", "town missing", "born",
                                      "born missing", "member"}));
  EXPECT_EQ(numbers(made, 0), (std::vector<float>{30, 0, 0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(numbers(made, 1), (std::vector<float>{40, 1, 1, 0, 0, 2 * 86400, 0, 0}));
  EXPECT_EQ(numbers(made, 2), (std::vector<float>{50, 0, 0, 1, 1, 31.5 * 86400, 0, 0}));
  EXPECT_EQ(numbers(made, 3), (std::vector<float>{40, 0, 0, 1, 0, 2 * 86400, 1, 1}));
  EXPECT_EQ(made.info().classes, (std::vector<std::string>{"a", "b"}));
  EXPECT_NE(made.where(2).find("p.csv:4"), std::string::npos);
  const std::vector<std::string> told = table_columns(recipe);
  EXPECT_EQ(told[0], "age: number, missing cells are 40");
  EXPECT_EQ(told[1], "town: category of 2, missing cells are 'Rome'");
}

TEST(TypedTable, IsReadAgainFromAFile) {
  const TempDir folder;
  const Dataset raw = typed_csv(folder.write("p.csv", kPeople));
  const Recipe fitted =
      Recipe({steps::table(
                 {.missing = Missing::mean, .categories = Categories::ids, .unknown_is_error = false})})
          .fit(raw);
  const Recipe again = Recipe::from_json(fitted.to_json());
  const auto known = raw_input(again);
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->cells);
  EXPECT_EQ(known->features, (std::vector<std::string>{"age", "town", "born", "member"}));
  const std::string cells("41\0Oslo\0\0no", 11);
  const Record record = again.prediction({{kCells, HostArray::of_text(cells)}});
  const auto made = record[kInput].as<float>();
  EXPECT_EQ(made[0], 41);
  EXPECT_EQ(made[1], 0) << "a town that is not known";
  EXPECT_EQ(made[3], 0);
  for (std::int64_t i = 0; i < raw.size(); ++i)
    EXPECT_EQ(numbers(fitted.evaluation(raw), i), numbers(again.evaluation(raw), i));
}

TEST(TypedTable, TellsWhatItsColumnsHold) {
  const TempDir folder;
  const std::vector<ColumnFacts> facts = column_facts(typed_csv(folder.write("p.csv", kPeople)));
  ASSERT_EQ(facts.size(), 4u);
  EXPECT_EQ(facts[0].name, "age");
  EXPECT_EQ(facts[0].type, CellType::number);
  EXPECT_EQ(facts[0].missing, 1);
  EXPECT_EQ(facts[0].smallest + " " + facts[0].largest, "30 50");
  EXPECT_EQ(facts[1].words, (std::vector<std::string>{"Paris", "Rome"}));
  EXPECT_EQ(facts[2].type, CellType::date);
  EXPECT_EQ(facts[2].missing, 1);
  EXPECT_EQ(facts[2].smallest + " " + facts[2].largest, "2000-01-01 2000-02-01T12:00:00");
  EXPECT_EQ(facts[3].type, CellType::boolean);
  const std::vector<ColumnFacts> mixed = column_facts(typed_csv(folder.write("m.csv", "a,t\n1,x\nred,y\n")));
  EXPECT_NE(mixed[0].problem.find("m.csv:3"), std::string::npos) << mixed[0].problem;
  expect_error<ValueError>([&] { column_facts(typed_csv(folder.file("m.csv")), {.types = {"b:number"}}); },
                           {"no column 'b'"});
}

TEST(TypedTable, FilledDatesAreToldAsDates) {
  const TempDir folder;
  const Dataset raw =
      typed_csv(folder.write("d.csv", "day,t\n1969-12-30,x\n,y\n1969-12-31,x\n1970-01-01,y\n"));
  const Recipe recipe = Recipe({steps::table({.missing = Missing::median})}).fit(raw);
  EXPECT_EQ(table_columns(recipe)[0], "day: date, missing cells are 1969-12-31");
}

TEST(TypedTable, RowsThatMissACellAreDroppedInPredictionsToo) {
  const TempDir folder;
  const Dataset raw = typed_csv(folder.write("p.csv", kPeople), {}, {.drop_rows = true});
  EXPECT_EQ(raw.size(), 1);
  const Recipe drops = Recipe({steps::table({.missing = Missing::drop})}).fit(raw);
  const auto row = [](const std::string& cells) { return Record{{kCells, HostArray::of_text(cells)}}; };
  EXPECT_TRUE(drops_rows(drops));
  EXPECT_EQ(drops_for(drops, row(std::string("1\0\0002000-01-01\0no", 16))), "town");
  EXPECT_EQ(drops_for(drops, row(std::string("1\0Rome\0002000-01-01\0no", 20))), "");
  const Recipe fills = Recipe({steps::table({.missing = Missing::median})}).fit(raw);
  EXPECT_FALSE(drops_rows(fills));
  EXPECT_EQ(drops_for(fills, row(std::string("1\0\0002000-01-01\0no", 16))), "");
}

// Names in a small table: nearly every word comes once.
TEST(TypedTable, AFewNamesAreNoCategories) {
  const TempDir folder;
  const Dataset names =
      typed_csv(folder.write("n.csv", "name,t\nAnn,x\nBob,y\nEve,x\nMax,y\nTom,x\nIda,y\nAnn,x\n"));
  expect_error<FormatError>(
      [&] { Recipe({steps::table()}).fit(names); },
      {"n.csv:2: column 'name' holds 'Ann'", "6 different words in 7 rows", "types=name:skip"});
  EXPECT_NO_THROW(Recipe({steps::table({.types = {"name:category"}})}).fit(names));
}

// What is fitted is that of the training part alone.
TEST(TypedTable, IsFittedToTheTrainingPartAlone) {
  const TempDir folder;
  const Dataset raw = typed_csv(folder.write("p.csv", "a,b,t\n1,x,1\n3,x,2\n100,y,3\n,z,1\n"));
  const Recipe recipe =
      Recipe({steps::table({.missing = Missing::mean, .unknown_is_error = false})}).fit(raw.take(2));
  EXPECT_EQ(numbers(recipe.evaluation(raw), 3), (std::vector<float>{2, 0}))
      << "the mean of 1 and 3; z is unknown";
}

TEST(TypedTable, DropsRowsAndColumns) {
  const TempDir folder;
  const std::string file = folder.write("p.csv", kPeople);
  EXPECT_EQ(typed_csv(file, {}, {.drop_rows = true}).size(), 1);
  EXPECT_EQ(typed_csv(file, {}, {.leave_out = {"born", "town"}}).info().features,
            (std::vector<std::string>{"age", "member"}));
  expect_error<ValueError>([&] { typed_csv(file, {}, {.leave_out = {"bron"}}); }, {"'bron'", "born"});
}

TEST(TypedTable, ReadsDates) {
  EXPECT_EQ(parse_date("1970-01-02"), 86400);
  EXPECT_EQ(parse_date("1970-01-01T01:02:03.5"), 3723.5);
  EXPECT_EQ(parse_date("1970-01-01 01:00+01:00"), 0);
  EXPECT_EQ(parse_date("1969-12-31T23:00-02:30"), 5400);
  EXPECT_EQ(parse_date("2000-02-29T00:00Z"), parse_date("2000-02-29"));
}

TEST(TypedTable, ReadsDatesOfOtherFormats) {
  const double day = parse_date("2024-12-31");
  EXPECT_EQ(parse_date("31.12.2024", DateFormat::dmy), day);
  EXPECT_EQ(parse_date("12/31/2024", DateFormat::mdy), day);
  EXPECT_EQ(parse_date("2024/12/31", DateFormat::ymd), day);
  for (const char* bad :
       {"2023-02-29", "2024-13-01", "2024-1-1", "2024-01-01T24:00", "2024-01-01x", "", "31.12-2024"})
    expect_error<ValueError>([&] { parse_date(bad); }, {"is not a date", "iso"});
}

TEST(TypedTable, TurnsDatesIntoCycles) {
  const TempDir folder;
  const Dataset raw = typed_csv(folder.write("d.csv", "when,t\n2024-01-01T06:00,1\n2024-07-01T18:00,2\n"));
  const Dataset made = Recipe({steps::table({.dates = Dates::cyclic})}).fit(raw).training(raw);
  const std::vector<float> first = numbers(made, 0);
  ASSERT_EQ(first.size(), 6u);
  EXPECT_NEAR(first[0], 1, 1e-6) << "a quarter of the day";
  EXPECT_NEAR(first[3], 1, 1e-6) << "a Monday";
  EXPECT_NEAR(first[5], 1, 1e-6) << "the first day of the year";
  EXPECT_NEAR(numbers(made, 1)[0], -1, 1e-6);
}

TEST(BadInput, C87_CellsThatAreNotOfTheirType) {
  const TempDir folder;
  const auto fit = [&](const char* text, steps::TableOptions options = {}) {
    const Dataset raw = typed_csv(folder.write("t.csv", text));
    Recipe({steps::table(options)}).fit(raw);
  };
  expect_error<FormatError>([&] { fit("a,t\n1,1\nx,2\n"); }, {"t.csv:3", "'a'", "'x'", "types=a:category"});
  expect_error<FormatError>([&] { fit("a,t\n1,1\nx,2\n", {.types = {"a:number"}}); },
                            {"t.csv:3", "'x'", "a number"});
  expect_error<FormatError>([&] { fit("a,t\n1,1\n,2\n"); }, {"t.csv:3", "'a'", "missing=median"});
  expect_error<ValueError>([&] { fit("a,t\n?,1\n,2\n", {.missing = Missing::mean}); }, {"'a'", "a:skip"});
  expect_error<ValueError>([&] { fit("a,t\n1,1\n", {.types = {"b:number"}}); }, {"no column 'b'"});
  expect_error<ValueError>([&] { fit("a,t\n1,1\n", {.types = {"a:word"}}); }, {"'a:word'", "category"});
  expect_error<ValueError>(
      [&] { fit("a,t\n1,1\nNA,2\n", {.missing = Missing::value, .missing_value = "none"}); },
      {"'a'", "'none'"});
  std::string ids = "id,t\n";
  for (int i = 0; i < 30; ++i) ids += "p" + std::to_string(i) + ",1\n";
  expect_error<FormatError>([&] { fit(ids.c_str()); }, {"30 different words", "types=id:skip"});
  const Dataset raw = typed_csv(folder.write("a.csv", "a,b,t\nx,1,1\ny,2,2\n"));
  const Recipe recipe = Recipe({steps::table()}).fit(raw);
  const Dataset other = typed_csv(folder.write("b.csv", "a,b,t\nx,1,1\nz,q,2\n"));
  expect_error<FormatError>([&] { recipe.evaluation(other).get(1); }, {"b.csv:3", "'z'", "training data"});
  expect_error<StateError>([&] { Recipe({steps::table()}).training(raw); }, {"Recipe::fit"});
  expect_error<FormatError>(
      [&] {
        recipe.prediction({{kCells, HostArray::of_text("x")}});
      },
      {"1 cells", "expected 2"});
}

}  // namespace
}  // namespace luge::data
