#include "ops/capabilities.h"

#include "contract/events.h"

namespace vitrine {

Result<CapabilitySwitch::Stored> CapabilitySwitch::read_row(Transaction& transaction) {
  const auto rows =
      transaction.query("SELECT selling, chat, version FROM capabilities WHERE shop_id = 'default'");
  if (!rows) return rows.error();
  if (rows->empty()) return Stored{};
  const Row& row = rows->front();
  return Stored{{row.integer(0) != 0, row.integer(1) != 0}, row.integer(2)};
}

void CapabilitySwitch::keep(const Stored& stored) {
  if (stored.version < version_) return;
  version_ = stored.version;
  packed_ = static_cast<uint8_t>((stored.capabilities.selling ? 1 : 0) | (stored.capabilities.chat ? 2 : 0));
}

Task<Result<void>> CapabilitySwitch::load(Database* database) {
  auto work = [](Transaction& transaction) { return read_row(transaction); };
  const auto stored = co_await database->read(std::move(work));
  if (!stored) co_return stored.error();
  keep(*stored);
  co_return Result<void>();
}

Task<Result<Capabilities>> CapabilitySwitch::change(Database* database, CapabilitiesChange change,
                                                    WallTime at) {
  auto work = [change, at](Transaction& transaction) -> Result<Stored> {
    const auto before = read_row(transaction);
    if (!before) return before.error();
    Stored after = *before;
    after.capabilities.selling = change.selling.value_or(after.capabilities.selling);
    after.capabilities.chat = change.chat.value_or(after.capabilities.chat);
    const bool same = after.capabilities.selling == before->capabilities.selling &&
                      after.capabilities.chat == before->capabilities.chat;
    if (same) return after;
    ++after.version;
    const auto written = transaction.execute(
        "INSERT INTO capabilities (shop_id, selling, chat, version, changed_ms)"
        " VALUES ('default', $1, $2, $3, $4) ON CONFLICT (shop_id) DO UPDATE SET selling = excluded.selling,"
        " chat = excluded.chat, version = excluded.version, changed_ms = excluded.changed_ms",
        after.capabilities.selling, after.capabilities.chat, after.version, at);
    if (!written) return written.error();
    const CapabilitiesChanged event{after.capabilities.selling, after.capabilities.chat, after.version};
    if (auto told = transaction.emit("capabilities", after.version, event); !told) return told.error();
    return after;
  };
  const auto stored = co_await database->write(std::move(work));
  if (!stored) co_return stored.error();
  keep(*stored);
  co_return stored->capabilities;
}

}  // namespace vitrine
