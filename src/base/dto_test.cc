#include "base/dto.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

enum class Colour : uint8_t { red, green };
constexpr std::array<std::string_view, 2> enum_names(Colour) {
  return {"red", "green"};
}

struct Line {
  std::string name;
  int quantity = 0;
  static constexpr std::string_view schema_name = "Line";
  static constexpr auto fields() {
    return std::tuple{field("name", &Line::name, {.min = 1, .max = 3}),
                      field("quantity", &Line::quantity, {.help = "How many", .min = 1, .max = 99})};
  }
};
struct Cart {
  std::vector<Line> lines;
  std::optional<Colour> colour;
  Money total;
  static constexpr auto fields() {
    return std::tuple{field("lines", &Cart::lines, {.min = 1, .max = 2}), field("colour", &Cart::colour),
                      field("total", &Cart::total, {.min = 0})};
  }
};

std::optional<DtoFault> read(Cart& cart, std::string_view text) {
  return read_dto(cart, boost::json::parse(text));
}

TEST(Dto, ReadsWhatItWrites) {
  const std::string text =
      R"({"lines":[{"name":"mug","quantity":2}],"colour":"green","total":{"amount":990,"currency":"CNY"}})";
  Cart cart;
  ASSERT_FALSE(read(cart, text));
  EXPECT_EQ(cart.lines[0].quantity, 2);
  EXPECT_EQ(cart.colour, Colour::green);
  EXPECT_EQ(boost::json::serialize(to_json(cart)), text);
}

TEST(Dto, NamesTheFirstBadFieldByJsonPointerAndSaysWhy) {
  struct Case {
    std::string_view text, pointer, why;
  };
  const std::string tail = R"("total":{"amount":1,"currency":"CNY"}})";
  const Case cases[] = {
      {R"([])", "", "must be an object"},
      {R"({})", "/lines", "is required"},
      {R"({"lines":[]})", "/lines", "must have at least 1 items"},
      {R"({"lines":[{"name":"a","quantity":1},{"name":"a","quantity":1},{"name":"a","quantity":1}]})",
       "/lines", "must have at most 2 items"},
      {R"({"lines":[{"name":"","quantity":1}]})", "/lines/0/name", "must have at least 1 characters"},
      {R"({"lines":[{"name":"杯子杯子","quantity":1}]})", "/lines/0/name", "must have at most 3 characters"},
      {R"({"lines":[{"name":"a","quantity":100}]})", "/lines/0/quantity", "must be at most 99"},
      {R"({"lines":[{"name":"a","quantity":1.5}]})", "/lines/0/quantity", "must be a whole number"},
      {R"({"lines":[{"name":"a","quantity":1}],"colour":"blue"})", "/colour", "must be one of red, green"},
      {R"({"lines":[{"name":"a","quantity":1}],"total":{"amount":1,"currency":"yuan"}})", "/total/currency",
       "must be a three-letter ISO 4217 code"},
  };
  for (const Case& c : cases) {
    Cart cart;
    const auto fault = read(cart, c.text);
    ASSERT_TRUE(fault) << c.text;
    EXPECT_EQ(fault->pointer, c.pointer) << c.text;
    EXPECT_EQ(fault->why, c.why) << c.text;
  }
}

TEST(Dto, SchemaCarriesTheSameLimits) {
  boost::json::object components;
  const auto schema = schema_of<Cart>(components);
  EXPECT_EQ(schema.at("required"), (boost::json::array{"lines", "total"}));
  EXPECT_EQ(schema.at("properties").at("lines").at("maxItems"), 2);
  EXPECT_EQ(schema.at("properties").at("lines").at("items").at("$ref"), "#/components/schemas/Line");
  EXPECT_EQ(components.at("Line").at("properties").at("quantity").at("maximum"), 99);
}

}  // namespace
}  // namespace vitrine
