"""`python -m bench`: every benchmark, one after the other."""

from bench import crop, end_to_end, generation, import_dataset, lists, raters, scoring, styles

if __name__ == "__main__":
    end_to_end.main()
    lists.main()
    import_dataset.main([])
    scoring.main([])
    crop.main([])
    generation.main([])
    raters.main([])
    styles.main([])
