#include "shop/services.h"

#include "shop/schema.h"

namespace vitrine {

Result<void> ShopServices::open(const std::string& data_directory, const std::string& database_url) {
  if (auto opened = files.open(); !opened) return opened.error();
  if (auto loaded = cipher.load(data_directory + "/secrets/field.key"); !loaded) return loaded.error();
  auto database = open_database({.name = "shop",
                                 .directory = data_directory + "/db",
                                 .url = database_url,
                                 .migrations = shop_migrations()});
  if (!database) return database.error();
  gate.open(std::move(*database));
  return {};
}

}  // namespace vitrine
