target_link_libraries(gt_net PRIVATE lib_ssl lib_crypto)
