// Every module's tables, for what works on databases without their modules: backup and restore.
#pragma once

#include "store/backup/snapshot.h"

namespace vitrine {

ModuleSchemas all_schemas();

}  // namespace vitrine
