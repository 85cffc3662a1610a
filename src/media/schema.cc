#include "media/schema.h"

#include <string>

#include "media/play_guard.h"
#include "media/publish_record.h"
#include "media/pull_store.h"
#include "media/stream_keys.h"
#include "media/stream_rules.h"
#include "media/webhook/webhook_store.h"
#include "store/idempotency.h"

namespace vitrine {

std::vector<Migration> media_migrations() {
  static const std::string first = std::string(kStreamKeysTable) + std::string(kIdempotencyTable);
  static const std::string second =
      std::string(kStreamKeysEnds) + std::string(kStreamRulesTable) + std::string(kPlaySigningTable);
  static const std::string fourth = std::string(kPublishesTable) + std::string(kWebhookTables);
  static const std::string fifth = std::string(kPullsSealed) + std::string(kPublishesPull);
  return {{1, first}, {2, second}, {3, kPullsTable}, {4, fourth}, {5, fifth}, {6, kWebhookSecretsSealed}};
}

}  // namespace vitrine
