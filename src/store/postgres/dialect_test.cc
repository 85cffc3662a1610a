// The translations of migrations and batches, and what a URL may say.
#include "store/postgres/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/postgres/url.h"

namespace vitrine {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PostgresDialect, TypesAreTranslatedAndLiteralsAndNamesAreNot) {
  EXPECT_EQ(postgres_ddl("CREATE TABLE t (text TEXT DEFAULT 'TEXT', b BLOB, i INTEGER, TEXT_2 BIGINT);"),
            "CREATE TABLE t (text TEXT COLLATE \"C\" DEFAULT 'TEXT', b BYTEA, i BIGINT, TEXT_2 BIGINT);");
}

TEST(PostgresDialect, ARefusingTriggerBecomesAFunctionWithItsTriggers) {
  const std::string out = postgres_ddl(
      "CREATE TRIGGER stays BEFORE UPDATE ON entry\n  BEGIN SELECT RAISE(ABORT, 'append-only'); END;\nSELECT "
      "1;");
  EXPECT_THAT(out, HasSubstr("CREATE FUNCTION stays() RETURNS trigger"));
  EXPECT_THAT(out, HasSubstr("MESSAGE = 'append-only'"));
  EXPECT_THAT(out, HasSubstr("BEFORE UPDATE ON entry FOR EACH ROW"));
  EXPECT_THAT(out, HasSubstr("BEFORE TRUNCATE ON entry"));
  EXPECT_THAT(out, Not(HasSubstr("ABORT")));
  EXPECT_TRUE(out.ends_with("SELECT 1;"));
}

TEST(PostgresDialect, ABatchesInsertIsOneStatementOverArrays) {
  EXPECT_EQ(
      set_wise_insert("INSERT INTO t (a, b, c, d) VALUES ('x', $1, $2, $1)", {"bigint", "text"},
                      {true, false}),
      "INSERT INTO t (a, b, c, d) SELECT 'x', given.p1, $2::text, given.p1 FROM unnest($1::bigint[]) AS "
      "given(p1)");
}

TEST(PostgresDialect, OtherStatementsOfABatchStayAsTheyAre) {
  EXPECT_FALSE(set_wise_insert("UPDATE t SET a = $1", {"bigint"}, {true}));
  EXPECT_FALSE(
      set_wise_insert("INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING", {"bigint"}, {true}));
}

TEST(PostgresUrl, ThePasswordIsNotShownAndOurOwnKeyIsTakenOut) {
  const auto url =
      parse_postgres_url("postgres://eve:s3cret@db1:5433/shop?sslmode=require&schema_prefix=east_");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->shown, "postgres://eve@db1:5433/shop");
  EXPECT_EQ(url->schema_prefix, "east_");
  EXPECT_EQ(url->connect, "postgres://eve:s3cret@db1:5433/shop?sslmode=require");
}

TEST(PostgresUrl, WhatIsNoUrlOrNoSchemaNameIsRefused) {
  for (const char* wrong : {"", "mysql://x/y", "postgres://[x", "postgres://h/d?schema_prefix=a;drop",
                            "postgres://h/d?nonsense=1"}) {
    EXPECT_EQ(parse_postgres_url(wrong).error().reason, std::string_view("store.database_url")) << wrong;
  }
}

}  // namespace
}  // namespace vitrine
