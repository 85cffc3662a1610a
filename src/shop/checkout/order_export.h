// Orders as comma-separated lines for a spreadsheet: one line for each line of an order. Pure.
#pragma once

#include <string>

#include "shop/checkout/checkout_dto.h"

namespace vitrine {

// Whether name, phone and address line are among the columns: only for OrderEyes::staff_personal.
enum class ExportColumns : uint8_t { masked, personal };

void add_export_head(std::string& out, ExportColumns columns);
// `order` as those eyes see it; masked columns never hold more than it shows.
void add_export_lines(std::string& out, const OrderView& order, ExportColumns columns);

// "2026-11-22 13:05:09" in UTC; empty for none.
std::string export_time(std::optional<int64_t> at_ms);

}  // namespace vitrine
