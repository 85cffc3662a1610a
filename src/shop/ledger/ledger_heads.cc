#include "shop/ledger/ledger_heads.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/hex.h"
#include "shop/gate/shop_id.h"
#include "store/secret_file.h"

namespace vitrine {
namespace {

namespace fs = std::filesystem;
constexpr Error kUnusable{ErrorKind::unavailable, "shop.ledger_heads"};
constexpr Error kForged{ErrorKind::internal, "shop.ledger_head_forged"};
constexpr size_t kPublicBytes = 32;
constexpr size_t kSignatureBytes = 64;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* raw(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Key key_of(const std::string& seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()), &EVP_PKEY_free};
}

std::string public_of(EVP_PKEY* key) {
  std::string out(kPublicBytes, '\0');
  size_t length = out.size();
  check(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &length) == 1,
        "a key has a public half");
  return to_hex(out);
}

std::string words_of(const LedgerHead& head) {
  return fmt::format("vitrine ledger head\n{}\n{}\n{}", head.entries, head.head, head.taken_ms);
}

std::string sign(EVP_PKEY* key, const std::string& words) {
  std::string out(kSignatureBytes, '\0');
  size_t length = out.size();
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool done = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                                   raw(words), words.size()) == 1;
  check(done, "Ed25519 failed");
  return to_hex(out);
}

bool is_signed(EVP_PKEY* key, const LedgerHead& head) {
  const auto signature = from_hex(head.signature);
  const std::string words = words_of(head);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return signature && head.public_key == public_of(key) &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), raw(*signature), signature->size(), raw(words), words.size()) == 1;
}

}  // namespace

Result<void> LedgerHeads::load(const std::string& key_path, Random& random) {
  auto seed = load_secret(key_path, random);
  if (!seed) return seed.error();
  seed_ = std::move(*seed);
  return {};
}

Result<bool> LedgerHeads::write_day(int64_t entries, const std::string& head, WallTime now) const {
  const std::time_t seconds = now.ms / 1'000;
  const std::string path = fmt::format("{}/{:%Y-%m-%d}.json", directory_, fmt::gmtime(seconds));
  std::error_code failed;
  if (fs::exists(path, failed)) return false;
  fs::create_directories(directory_, failed);
  const Key key = key_of(seed_);
  LedgerHead out{entries, head, now.ms, public_of(key.get()), {}};
  out.signature = sign(key.get(), words_of(out));
  // Beside its place and renamed: half a file would be a forged one.
  std::ofstream file(path + ".new");
  file << boost::json::serialize(to_json(out)) << '\n';
  file.close();
  fs::rename(path + ".new", path, failed);
  if (!file || failed) return kUnusable;
  return true;
}

Result<std::vector<LedgerHead>> LedgerHeads::read() const {
  std::vector<fs::path> paths;
  std::error_code failed;
  for (fs::directory_iterator at(directory_, failed), end; !failed && at != end; at.increment(failed)) {
    if (at->path().extension() == ".json") paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  const Key key = key_of(seed_);
  std::vector<LedgerHead> out;
  for (const fs::path& path : paths) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return kUnusable;
    boost::system::error_code broken;
    const auto json = boost::json::parse(text.str(), broken);
    LedgerHead& head = out.emplace_back();
    if (broken || read_dto(head, json) || !is_signed(key.get(), head)) return kForged;
  }
  return out;
}

Result<std::optional<std::string>> compare_heads(Transaction& tx, const std::vector<LedgerHead>& heads) {
  for (const LedgerHead& head : heads) {
    if (head.entries == 0) continue;
    auto rows = tx.query("SELECT hash FROM ledger_entry WHERE shop_id = $1 AND n = $2", kShop, head.entries);
    if (!rows) return rows.error();
    if (rows->empty())
      return std::optional(fmt::format("entry {}, which a signed head tells of, was cut off", head.entries));
    if (rows->front().text(0) != head.head)
      return std::optional(fmt::format("entry {} is not the one that was signed", head.entries));
  }
  return std::optional<std::string>();
}

}  // namespace vitrine
