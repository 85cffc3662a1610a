#include "media/webhook/webhook.h"

#include <gtest/gtest.h>

namespace vitrine {
namespace {

TEST(WebhookUrl, IsTakenApart) {
  const auto url = read_webhook_url("https://hooks.example:8443/live?x=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "hooks.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->authority, "hooks.example:8443");
  EXPECT_EQ(url->target, "/live?x=1");
  const auto plain = read_webhook_url("HTTP://[::1]");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "::1");
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->target, "/");
  EXPECT_EQ(read_webhook_url("http://a?q")->target, "/?q");
}

TEST(WebhookUrl, WhatCouldBeReadTwoWaysIsRefused) {
  for (const std::string text :
       {"", "ftp://a/", "http://", "http:///x", "//a/", "http://user@a/", "http://user:p@a/", "http://a:0/",
        "http://a:65536/", "http://a:/", "http://a:8x/", "http://a/#f", "http://a b/", "http://a/\r\nX: y",
        "http://[::1", "http://[::1]x/", "http://a\\b/", "http://a_b/", "http://caf\xc3\xa9/"})
    EXPECT_EQ(read_webhook_url(text).error().reason, "webhook.url") << text;
  EXPECT_FALSE(read_webhook_url("http://a/" + std::string(kWebhookUrlMax, 'x')));
}

TEST(Delivery, IsTriedAgainLaterAndLater) {
  EXPECT_EQ(delivery_back_off(1), Milliseconds(1'000));
  EXPECT_EQ(delivery_back_off(2), Milliseconds(2'000));
  EXPECT_EQ(delivery_back_off(11), Milliseconds(1'024'000));
  EXPECT_EQ(delivery_back_off(13), Milliseconds(3'600'000));
  EXPECT_EQ(delivery_back_off(1'000'000), Milliseconds(3'600'000));
}

// What a receiver computes: openssl dgst -sha256 -hmac secret over "1790000000.{}".
TEST(Delivery, IsSignedOverTimeAndBody) {
  EXPECT_EQ(delivery_signature("secret", {1'790'000'000'999}, "{}"),
            "t=1790000000,v1=d0cadd434460d4af55e7ab90d79c1802591d7001a77c9e06471d0e3ec8cc85ae");
  EXPECT_NE(delivery_signature("secret", {1'790'000'001'000}, "{}").substr(13),
            delivery_signature("secret", {1'790'000'000'000}, "{}").substr(13));
}

}  // namespace
}  // namespace vitrine
