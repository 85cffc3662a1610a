#include "app/schemas.h"

#include "bus/bus.h"
#include "media/schema.h"
#include "members/schema.h"
#include "ops/capabilities.h"
#include "rooms/room_store.h"
#include "shop/schema.h"

namespace vitrine {

ModuleSchemas all_schemas() {
  ModuleSchemas all{{"rooms", rooms_migrations()}, {"chat", chat_migrations()},
                    {"shop", shop_migrations()},   {"media", media_migrations()},
                    {"ops", ops_migrations()},     {"members", members_migrations()}};
  for (ModuleSchema& module : all) module.made_later = {{"bus_cursor", std::string(kBusCursorTable)}};
  return all;
}

}  // namespace vitrine
