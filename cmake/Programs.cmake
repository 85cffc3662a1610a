# The programs: vitrine (the server and its commands) and vitrine-codec (whatever links FFmpeg).
if(EXISTS "${CMAKE_SOURCE_DIR}/src/codec_tool/main.cc")
  add_executable(vitrine-codec "${CMAKE_SOURCE_DIR}/src/codec_tool/main.cc")
  target_link_libraries(vitrine-codec PRIVATE vitrine_codec_tool)
  set_target_properties(vitrine-codec PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endif()

if(EXISTS "${CMAKE_SOURCE_DIR}/src/app/main.cc")
  add_executable(vitrine "${CMAKE_SOURCE_DIR}/src/app/main.cc")
  target_link_libraries(vitrine PRIVATE vitrine_app)
  vitrine_use_pch(vitrine)
  set_target_properties(vitrine PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
endif()
