#include "shop/catalog/import_rules.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/csv.h"
#include "base/decimal.h"
#include "base/utf8.h"

namespace vitrine {
namespace {

constexpr size_t kNameMax = 80;
constexpr size_t kDescriptionMax = 4'000;
constexpr size_t kCategoryMax = 40;
constexpr size_t kVariantNameMax = 60;
constexpr size_t kVariantsMax = 50;
constexpr size_t kPicturesMax = 9;
constexpr int64_t kPriceMax = 100'000'000'00;
constexpr int64_t kStockMax = 1'000'000'000;
constexpr std::string_view kPicturePath = "/v1/pictures/";
// What spreadsheets show of the stock; read back it says nothing.
constexpr std::string_view kShownOnly = "free";

using Columns = std::map<std::string, size_t, std::less<>>;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool fits(std::string_view text, size_t most) {
  return count_utf8(text).value_or(most + 1) <= most;
}

// One line with its fields by name.
class Line {
 public:
  Line(const CsvLine& line, const Columns& columns) : line_(line), columns_(columns) {}
  int64_t number() const { return static_cast<int64_t>(line_.number); }
  // Empty also when the file has no such column.
  std::string_view get(std::string_view column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end() || found->second >= line_.fields.size()) return {};
    return trimmed(line_.fields[found->second]);
  }

 private:
  const CsvLine& line_;
  const Columns& columns_;
};

std::optional<Columns> read_head(const CsvLine& head, ImportFile& file) {
  Columns columns;
  const auto number = static_cast<int64_t>(head.number);
  const auto& known = product_columns();
  for (size_t at = 0; at < head.fields.size(); ++at) {
    const std::string name(trimmed(head.fields[at]));
    if (std::find(known.begin(), known.end(), name) == known.end())
      file.fault(number, name, "csv.unknown_column");
    else if (!columns.emplace(name, at).second)
      file.fault(number, name, "csv.column_twice");
  }
  for (const std::string_view needed : {"name", "price"}) {
    if (!columns.contains(needed)) file.fault(number, needed, "csv.missing_column");
  }
  if (file.faults_total > 0) return std::nullopt;
  return columns;
}

std::optional<bool> read_ships(const Line& line, ImportFile& file) {
  const std::string_view text = line.get("ships");
  if (text.empty()) return std::nullopt;
  if (text != "yes" && text != "no") file.fault(line.number(), "ships", "csv.ships");
  return text == "yes";
}

std::optional<std::vector<PictureId>> read_pictures(const Line& line, ImportFile& file) {
  std::string_view text = line.get("pictures");
  if (text.empty()) return std::nullopt;
  std::vector<PictureId> out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    std::string_view one = text.substr(0, end);
    text = trimmed(text.substr(end));
    if (one.starts_with(kPicturePath)) one.remove_prefix(kPicturePath.size());
    const auto picture = PictureId::parse(one);
    if (!picture || out.size() == kPicturesMax) {
      file.fault(line.number(), "pictures", "csv.pictures");
      return out;
    }
    out.push_back(*picture);
  }
  return out;
}

std::optional<std::string> read_text(const Line& line, std::string_view column, size_t most,
                                     std::string_view reason, ImportFile& file) {
  const std::string_view text = line.get(column);
  if (text.empty()) return std::nullopt;
  if (!fits(text, most)) file.fault(line.number(), column, reason);
  return std::string(text);
}

ImportedProduct read_product(const Line& line, ImportFile& file) {
  ImportedProduct out{.line = line.number(), .name = std::string(line.get("name"))};
  if (const auto id = line.get("product"); !id.empty()) {
    out.product = ProductId::parse(id);
    if (!out.product) file.fault(line.number(), "product", "csv.product");
  }
  const bool nameless = out.name.empty() && !out.product;
  if (nameless || !fits(out.name, kNameMax)) file.fault(line.number(), "name", "csv.name");
  out.description = read_text(line, "description", kDescriptionMax, "csv.description", file);
  out.category = read_text(line, "category", kCategoryMax, "csv.category", file);
  out.ships = read_ships(line, file);
  out.pictures = read_pictures(line, file);
  return out;
}

std::optional<int64_t> read_stock(const Line& line, const ImportedVariant& variant, ImportFile& file) {
  const std::string_view text = line.get("initial_stock");
  if (text.empty()) return std::nullopt;
  int64_t units = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), units);
  const bool number = failed == std::errc{} && end == text.data() + text.size();
  if (!number || units < 0 || units > kStockMax) file.fault(line.number(), "initial_stock", "csv.stock");
  if (variant.sku) file.fault(line.number(), "initial_stock", "csv.stock_of_known");
  return units;
}

ImportedVariant read_variant(const Line& line, Currency currency, ImportFile& file) {
  ImportedVariant out{.line = line.number(), .name = std::string(line.get("variant"))};
  if (const auto id = line.get("sku"); !id.empty()) {
    out.sku = SkuId::parse(id);
    if (!out.sku) file.fault(line.number(), "sku", "csv.sku");
  }
  const auto price = parse_decimal(line.get("price"), currency);
  if (!price || price->amount < 1 || price->amount > kPriceMax)
    file.fault(line.number(), "price", "csv.price");
  else
    out.price = *price;
  out.stock = read_stock(line, out, file);
  return out;
}

// Whether the line goes on with the product of the line above.
bool goes_on(const Line& line, const ImportedProduct& above) {
  const std::string_view id = line.get("product");
  if (!id.empty()) return above.product && above.product->str() == id;
  const std::string_view name = line.get("name");
  return name.empty() || (!above.product && name == above.name);
}

void read_line(const Line& line, Currency currency, ImportFile& file, std::set<SkuId>& skus) {
  if (file.products.empty() || !goes_on(line, file.products.back()))
    file.products.push_back(read_product(line, file));
  ImportedVariant variant = read_variant(line, currency, file);
  // A variant without a name is called as its product.
  const std::string& name = variant.name.empty() && !variant.sku ? file.products.back().name : variant.name;
  if (!fits(name, kVariantNameMax)) file.fault(line.number(), "variant", "csv.variant");
  if (variant.sku && !skus.insert(*variant.sku).second) file.fault(line.number(), "sku", "csv.sku_twice");
  auto& variants = file.products.back().variants;
  if (variants.size() == kVariantsMax) file.fault(line.number(), "", "csv.too_many_variants");
  variants.push_back(std::move(variant));
}

}  // namespace

void ImportFile::fault(int64_t line, std::string_view column, std::string_view reason) {
  ++faults_total;
  if (faults.size() < kImportFaultsMax) faults.push_back({line, std::string(column), std::string(reason)});
}

const std::vector<std::string>& product_columns() {
  static const std::vector<std::string> columns = {
      "product", "name",          "description",          "category", "ships", "pictures", "sku", "variant",
      "price",   "initial_stock", std::string(kShownOnly)};
  return columns;
}

ImportFile read_products(std::string_view text, Currency currency) {
  ImportFile file;
  if (!count_utf8(text)) {
    file.fault(1, "", "csv.not_utf8");
    return file;
  }
  CsvReader reader(text);
  const auto head = reader.next();
  if (!head || head->broken) {
    file.fault(1, "", head ? "csv.broken" : "csv.empty");
    return file;
  }
  const auto columns = read_head(*head, file);
  if (!columns) return file;
  std::set<SkuId> skus;
  while (const auto line = reader.next()) {
    const auto number = static_cast<int64_t>(line->number);
    if (++file.lines > static_cast<int64_t>(kImportLinesMax)) {
      file.fault(number, "", "csv.too_many_lines");
      return file;
    }
    if (line->broken)
      file.fault(number, "", "csv.broken");
    else if (line->fields.size() > head->fields.size())
      file.fault(number, "", "csv.fields");
    else
      read_line(Line(*line, *columns), currency, file, skus);
  }
  if (file.lines == 0) file.fault(1, "", "csv.empty");
  return file;
}

}  // namespace vitrine
