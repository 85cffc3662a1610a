#include "members/address_book.h"

#include "base/hex.h"

namespace vitrine {
namespace {

constexpr Error kNotFound{ErrorKind::not_found, "members.address"};

std::string place_of(AddressId address, std::string_view field) {
  return "addresses." + std::string(field) + "." + address.str();
}

// The four fields as they are stored.
struct SealedAddress {
  std::string name, phone, region, line;
};
SealedAddress seal(const FieldVault& vault, AddressId id, const AddressSnapshot& to) {
  const auto sealed = [&](const std::string& plain, std::string_view field) {
    return to_base64url(vault.seal(plain, place_of(id, field)));
  };
  return {sealed(to.name, "name"), sealed(to.phone, "phone"), sealed(to.region, "region"),
          sealed(to.line, "line")};
}

constexpr std::string_view kSelect = "SELECT address, name, phone, region, line, is_default FROM addresses ";

Result<Address> open(const FieldVault& vault, const Row& row) {
  Address out{.address = row.id<AddressId>(0), .to = {}, .is_default = row.integer(5) != 0};
  const std::array<std::pair<std::string_view, std::string*>, 4> fields{
      {{"name", &out.to.name}, {"phone", &out.to.phone}, {"region", &out.to.region}, {"line", &out.to.line}}};
  for (size_t index = 0; index < fields.size(); ++index) {
    const auto bytes = from_base64url(row.text(index + 1)).value_or("");
    auto plain = vault.open(bytes, place_of(out.address, fields[index].first));
    if (!plain) return plain.error();
    *fields[index].second = std::move(*plain);
  }
  return out;
}

Result<Address> find_one(Transaction& transaction, const FieldVault& vault, AccountId account,
                         AddressId address) {
  const auto rows =
      transaction.query(std::string(kSelect) + "WHERE address = $1 AND account = $2", address, account);
  if (!rows) return rows.error();
  if (rows->empty()) return kNotFound;
  return open(vault, rows->front());
}

Result<void> clear_default(Transaction& transaction, AccountId account) {
  const auto cleared = transaction.execute(
      "UPDATE addresses SET is_default = 0 WHERE account = $1 AND is_default = 1", account);
  if (!cleared) return cleared.error();
  return {};
}

Result<void> insert(Transaction& transaction, const SealedAddress& sealed, AccountId account,
                    const Address& address, WallTime now) {
  if (address.is_default) {
    if (auto cleared = clear_default(transaction, account); !cleared) return cleared;
  }
  const auto written = transaction.execute(
      "INSERT INTO addresses (shop_id, address, account, name, phone, region, line, is_default, created_ms)"
      " VALUES ('default', $1, $2, $3, $4, $5, $6, $7, $8)",
      address.address, account, sealed.name, sealed.phone, sealed.region, sealed.line, address.is_default,
      now);
  if (!written) return written.error();
  return {};
}

}  // namespace

Task<Result<std::vector<Address>>> AddressBook::list(AccountId account) {
  auto work = [account, vault = &*context_.vault](Transaction& transaction) -> Result<std::vector<Address>> {
    const auto rows = transaction.query(
        std::string(kSelect) +
            "WHERE account = $1 ORDER BY is_default DESC, created_ms DESC, address DESC LIMIT $2",
        account, kAddressesMax);
    if (!rows) return rows.error();
    std::vector<Address> out;
    for (const auto& row : *rows) {
      auto address = open(*vault, row);
      if (!address) return address.error();
      out.push_back(std::move(*address));
    }
    return out;
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<Address>> AddressBook::find(AccountId account, AddressId address) {
  auto work = [account, address, vault = &*context_.vault](Transaction& transaction) {
    return find_one(transaction, *vault, account, address);
  };
  co_return co_await context_.database->read(std::move(work));
}

Task<Result<AddressBook::Added>> AddressBook::add(AccountId account, AddressSnapshot to, bool is_default,
                                                  IdempotencyKey key) {
  const WallTime now = context_.clock.wall();
  const Address fresh{context_.ids.next<AddressId>(), std::move(to), is_default};
  const SealedAddress sealed = seal(*context_.vault, fresh.address, fresh.to);
  auto work = [account, fresh, sealed, key, now,
               vault = &*context_.vault](Transaction& transaction) -> Result<Added> {
    const auto before = find_effect(transaction, key);
    if (!before) return before.error();
    if (*before) {
      auto earlier = find_one(transaction, *vault, account, AddressId{**before});
      if (!earlier) return earlier.error();
      return Added{std::move(*earlier), true};
    }
    const auto count = transaction.query("SELECT count(*) FROM addresses WHERE account = $1", account);
    if (!count) return count.error();
    const int64_t had = count->front().integer(0);
    if (had >= kAddressesMax) return Error{ErrorKind::conflict, "members.addresses_full"};
    Address address = fresh;
    address.is_default = address.is_default || had == 0;
    if (auto put = insert(transaction, sealed, account, address, now); !put) return put.error();
    if (auto kept = record_effect(transaction, key, address.address.value, now); !kept) return kept.error();
    return Added{std::move(address), false};
  };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<Address>> AddressBook::change(AccountId account, AddressId address, AddressSnapshot to,
                                          bool is_default) {
  const SealedAddress sealed = seal(*context_.vault, address, to);
  auto work = [account, address, to, sealed, is_default,
               vault = &*context_.vault](Transaction& transaction) -> Result<Address> {
    auto known = find_one(transaction, *vault, account, address);
    if (!known) return known.error();
    // The default moves only by making another one so.
    const bool now_default = is_default || known->is_default;
    if (now_default && !known->is_default) {
      if (auto cleared = clear_default(transaction, account); !cleared) return cleared.error();
    }
    const auto written = transaction.execute(
        "UPDATE addresses SET name = $1, phone = $2, region = $3, line = $4, is_default = $5"
        " WHERE address = $6",
        sealed.name, sealed.phone, sealed.region, sealed.line, now_default, address);
    if (!written) return written.error();
    return Address{address, to, now_default};
  };
  co_return co_await context_.database->write(std::move(work));
}

Task<Result<void>> AddressBook::remove(AccountId account, AddressId address) {
  auto work = [account, address](Transaction& transaction) -> Result<void> {
    const auto gone =
        transaction.execute("DELETE FROM addresses WHERE address = $1 AND account = $2", address, account);
    if (!gone) return gone.error();
    if (*gone == 0) return kNotFound;
    const auto next = transaction.execute(
        "UPDATE addresses SET is_default = 1 WHERE address = (SELECT address FROM addresses WHERE account = "
        "$1"
        " ORDER BY created_ms DESC, address DESC LIMIT 1)"
        " AND NOT EXISTS (SELECT 1 FROM addresses WHERE account = $1 AND is_default = 1)",
        account);
    if (!next) return next.error();
    return {};
  };
  co_return co_await context_.database->write(std::move(work));
}

}  // namespace vitrine
