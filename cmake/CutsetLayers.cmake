# One static library a folder of src/, linked only with the folders it may use.
# The same table is checked on the #include lines by scripts/check-layers.
#
#   cutset_layer(NAME SOURCES ... USES other-layers ... LIBRARIES third-party ...)
function(cutset_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(cutset_${name} STATIC ${LAYER_SOURCES})
  target_include_directories(cutset_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(cutset_${name} PUBLIC cutset_options)
  foreach(used IN LISTS LAYER_USES)
    target_link_libraries(cutset_${name} PUBLIC cutset_${used})
  endforeach()
  target_link_libraries(cutset_${name} PRIVATE ${LAYER_LIBRARIES})
endfunction()
