target_link_libraries(gt_base PUBLIC Threads::Threads PRIVATE lib_crypto lib_boost_json)
