# The programs: vitrine (the server and its commands) and vitrine-codec (whatever links FFmpeg).

# Embeds the built pages and the demo's pictures: one assembly file, one table.
set(assets_s "${CMAKE_BINARY_DIR}/assets.S")
set(assets_cc "${CMAKE_BINARY_DIR}/assets.cc")
set(asset_folders "${CMAKE_SOURCE_DIR}/assets/demo_pictures=demo:")
set(page_prefix_viewer "/")
set(page_prefix_console "/console/")
if(VITRINE_WEB)
  foreach(app IN ITEMS viewer console)
    if(EXISTS "${CMAKE_SOURCE_DIR}/web/apps/${app}/dist/index.html")
      list(APPEND asset_folders "${CMAKE_SOURCE_DIR}/web/apps/${app}/dist=${page_prefix_${app}}")
    endif()
  endforeach()
endif()
file(GLOB_RECURSE asset_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/assets/demo_pictures/*.webp"
     "${CMAKE_SOURCE_DIR}/web/apps/*/dist/*")
add_custom_command(
  OUTPUT "${assets_s}" "${assets_cc}"
  COMMAND python3 "${CMAKE_SOURCE_DIR}/tools/embed_assets.py" "${assets_s}" "${assets_cc}" ${asset_folders}
  DEPENDS ${asset_files} "${CMAKE_SOURCE_DIR}/tools/embed_assets.py"
  COMMENT "Embedding pages and pictures" VERBATIM)
add_library(vitrine_assets STATIC "${assets_s}" "${assets_cc}")
target_include_directories(vitrine_assets PRIVATE "${CMAKE_SOURCE_DIR}/src")
set_source_files_properties("${assets_s}" PROPERTIES OBJECT_DEPENDS "${asset_files}")
target_link_libraries(vitrine_app PUBLIC vitrine_assets)

add_executable(vitrine-codec "${CMAKE_SOURCE_DIR}/src/codec_tool/main.cc")
target_link_libraries(vitrine-codec PRIVATE vitrine_codec_tool)
set_target_properties(vitrine-codec PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

add_executable(vitrine "${CMAKE_SOURCE_DIR}/src/app/main.cc")
target_link_libraries(vitrine PRIVATE vitrine_app)
vitrine_use_pch(vitrine)
set_target_properties(vitrine PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

# The program from outside: tests/system/*_test.py, each one test of CTest.
if(VITRINE_TESTS)
  file(GLOB system_tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/system/*_test.py")
  foreach(path IN LISTS system_tests)
    get_filename_component(name "${path}" NAME_WE)
    add_test(NAME system_${name} COMMAND python3 "${path}" WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}/tests/system")
    set_tests_properties(system_${name} PROPERTIES ENVIRONMENT "VITRINE_BIN=$<TARGET_FILE:vitrine>" RUN_SERIAL TRUE)
  endforeach()
endif()

# Benchmarks that need programs of their own; bench/*.sh runs them.
if(VITRINE_BENCH)
  find_package(OpenSSL REQUIRED)
  set(fanout "${CMAKE_SOURCE_DIR}/bench/fanout")
  add_executable(fanout_raw "${fanout}/raw_server.cc")
  target_link_libraries(fanout_raw PRIVATE OpenSSL::SSL)
  add_executable(fanout_publish "${fanout}/publish.cc")
  target_link_libraries(fanout_publish PRIVATE vitrine_media_protocol)
  add_executable(fanout_load "${fanout}/load.cc" "${fanout}/viewer.cc")
  target_link_libraries(fanout_load PRIVATE vitrine_media_protocol OpenSSL::SSL)
  add_executable(fanout_server "${fanout}/server.cc")
  target_link_libraries(fanout_server PRIVATE vitrine_media)
  set(rooms "${CMAKE_SOURCE_DIR}/bench/rooms")
  add_executable(rooms_raw "${rooms}/raw_server.cc")
  add_executable(rooms_load "${rooms}/load.cc")
  add_executable(rooms_server "${rooms}/server.cc")
  target_link_libraries(rooms_server PRIVATE vitrine_rooms)
  add_executable(shop_load "${CMAKE_SOURCE_DIR}/bench/shop/load.cc")
  target_link_libraries(shop_load PRIVATE vitrine_members vitrine_testing)
  foreach(program fanout_raw fanout_publish fanout_load fanout_server rooms_raw rooms_load rooms_server shop_load)
    target_link_libraries(${program} PRIVATE vitrine_flags)
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  endforeach()
endif()
