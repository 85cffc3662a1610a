// The heavy headers every test needs besides; nothing of ours.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pch.h"
